"""People, guilds and channels as Discord's JSON."""

from sandbox.errors import Json
from sandbox.world import permissions
from sandbox.world.clock import iso
from sandbox.world.state import BOT_ID, DM, Channel, Guild, Person, World

COLORS = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}


def user_json(person: Person) -> Json:
    user: Json = {
        "id": person.id,
        "username": person.name.lower(),
        "global_name": None if person.bot else person.name,
        "discriminator": "0001" if person.bot else "0",
        "avatar": None,
        "avatar_decoration_data": None,
        "banner": None,
        "accent_color": None,
        "collectibles": None,
        "primary_guild": None,
        "public_flags": 0,
        "flags": 0,
    }
    return user | {"username": person.name, "bot": True} if person.bot else user


def own_user_json(bot: Person) -> Json:
    return user_json(bot) | {"mfa_enabled": False, "locale": "en-US", "verified": True, "email": None}


def member_json(guild: Guild, person: Person) -> Json:
    return {
        "user": user_json(person),
        "nick": None,
        "avatar": None,
        "banner": None,
        "roles": [guild.bot_role_id] if person.bot else [],
        "joined_at": iso(guild.created),
        "premium_since": None,
        "communication_disabled_until": None,
        "pending": False,
        "deaf": False,
        "mute": False,
        "flags": 0,
    }


def application_json(world: World) -> Json:
    return {
        "id": BOT_ID,
        "name": world.bot.name,
        "icon": None,
        "description": "Teaches an image model new words.",
        "type": None,
        "bot": user_json(world.bot),
        "bot_public": False,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user_json(world.people[world.home.owner_id]),
        "approximate_guild_count": len(world.guilds),
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": [],
    }


def role_json(role_id: str, name: str, position: int, bits: int, *, managed: bool) -> Json:
    role: Json = {
        "id": role_id,
        "name": name,
        "position": position,
        "permissions": str(bits),
        "color": 0,
        "colors": COLORS,
        "hoist": False,
        "managed": managed,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }
    return role | {"tags": {"bot_id": BOT_ID}} if managed else role


def roles_json(guild: Guild) -> list[Json]:
    return [
        role_json(guild.id, "@everyone", 0, permissions.EVERYONE, managed=False),
        role_json(guild.bot_role_id, "Embedsmith", 1, permissions.BOT, managed=True),
    ]


def guild_json(guild: Guild) -> Json:
    nobody = dict.fromkeys(NULLS_OF_A_GUILD)
    return nobody | {
        "id": guild.id,
        "name": guild.name,
        "owner_id": guild.owner_id,
        "features": [],
        "region": "deprecated",
        "afk_timeout": 300,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "verification_level": 0,
        "roles": roles_json(guild),
        "default_message_notifications": 1,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_members": 500000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": guild.preferred_locale,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [],
        "stickers": [],
        "approximate_member_count": len(guild.member_ids),
        "approximate_presence_count": len(guild.member_ids),
    }


NULLS_OF_A_GUILD = [
    "icon",
    "description",
    "home_header",
    "splash",
    "discovery_splash",
    "banner",
    "application_id",
    "afk_channel_id",
    "system_channel_id",
    "widget_channel_id",
    "max_presences",
    "vanity_url_code",
    "rules_channel_id",
    "safety_alerts_channel_id",
    "public_updates_channel_id",
    "incidents_data",
]


def guild_create_json(world: World, guild: Guild) -> Json:
    """What the gateway tells about a guild after READY."""
    shown = guild_json(guild)
    del shown["approximate_member_count"], shown["approximate_presence_count"]
    in_guild = [channel for channel in world.channels.values() if channel.guild_id == guild.id]
    return shown | {
        "joined_at": iso(guild.created),
        "large": False,
        "unavailable": False,
        "member_count": len(guild.member_ids),
        "members": [member_json(guild, world.people[member]) for member in sorted(guild.member_ids)],
        "channels": [channel_json(world, channel) for channel in in_guild if not channel.is_thread],
        "threads": [channel_json(world, channel) for channel in in_guild if channel.is_thread and not channel.archived],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def channel_json(world: World, channel: Channel) -> Json:
    last = {"last_message_id": channel.messages[-1] if channel.messages else None, "flags": 0}
    if channel.type == DM:
        recipient = world.people[channel.recipient_id or ""]
        return {"id": channel.id, "type": DM, "recipients": [user_json(recipient)], **last}
    shared = {"id": channel.id, "type": channel.type, "guild_id": channel.guild_id, "name": channel.name, **last}
    shared |= {"parent_id": channel.parent_id, "rate_limit_per_user": 0}
    return shared | (_thread_part(channel) if channel.is_thread else _text_channel_part(channel))


def _text_channel_part(channel: Channel) -> Json:
    bot = {"id": BOT_ID, "type": 1, "allow": "0", "deny": str(channel.denied)}
    overwrites = [bot] if channel.denied else []
    return {"topic": None, "position": channel.position, "permission_overwrites": overwrites, "nsfw": channel.nsfw}


def _thread_part(channel: Channel) -> Json:
    metadata = {
        "archived": channel.archived,
        "archive_timestamp": iso(channel.archive_changed),
        "auto_archive_duration": channel.auto_archive_minutes,
        "locked": False,
    }
    return {
        "owner_id": channel.owner_id,
        "thread_metadata": metadata,
        "message_count": channel.sent,
        "total_message_sent": channel.sent,
        "member_count": 1,
    }
