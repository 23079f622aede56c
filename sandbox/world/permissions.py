"""Who may do what. Bits: Discord's documentation, topics/permissions."""

from sandbox.errors import missing_access, missing_permissions
from sandbox.world.state import DM, Channel, World

BITS = {
    "VIEW_CHANNEL": 1 << 10,
    "SEND_MESSAGES": 1 << 11,
    "EMBED_LINKS": 1 << 14,
    "ATTACH_FILES": 1 << 15,
    "READ_MESSAGE_HISTORY": 1 << 16,
    "USE_APPLICATION_COMMANDS": 1 << 31,
    "CREATE_PUBLIC_THREADS": 1 << 35,
    "SEND_MESSAGES_IN_THREADS": 1 << 38,
}
EVERYONE = sum(BITS.values())
ALL = (1 << 53) - 1
BOT = EVERYONE
IN_DM = EVERYONE & ~(BITS["CREATE_PUBLIC_THREADS"] | BITS["SEND_MESSAGES_IN_THREADS"])


def of_bot(world: World, channel: Channel) -> int:
    if channel.type == DM:
        return IN_DM
    return BOT & ~world.thread_parent(channel).denied & ~channel.denied


def of_person(world: World, person_id: str, channel: Channel) -> int:
    guild = world.guild_of(channel)
    if guild is None:
        return IN_DM
    return ALL if person_id == guild.owner_id else EVERYONE


def require(world: World, channel: Channel, *names: str) -> None:
    """Raises 50001 where the bot does not see the channel, 50013 where it lacks one of the permissions.

    In a guild people took it away, perhaps this moment: the bot is right to try.
    """
    held, fault = of_bot(world, channel), channel.type == DM
    if not held & BITS["VIEW_CHANNEL"]:
        raise missing_access(fault=fault)
    if any(not held & BITS[name] for name in names):
        raise missing_permissions(fault=fault)


def may_see(world: World, person_id: str, channel: Channel) -> bool:
    guild = world.guild_of(channel)
    return channel.recipient_id == person_id if guild is None else person_id in guild.member_ids
