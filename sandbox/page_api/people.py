"""The page's interface, first half: what a person sees and says, and what tests read and turn. See docs/sandbox.md."""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from sandbox import announce
from sandbox.bodies import parse_json
from sandbox.errors import Json, Refusal
from sandbox.faults import parse_faults
from sandbox.messages import remove, written_by
from sandbox.page_api import pages
from sandbox.page_api.options import CannotDo
from sandbox.rest import json_response
from sandbox.routes.channels import direct_channel, put_idle_threads_to_sleep, set_archived
from sandbox.server import Server
from sandbox.world import permissions
from sandbox.world.message_json import message_json
from sandbox.world.permissions import may_see
from sandbox.world.state import BOT_ID, GUILD_TEXT, Channel, Guild, Message, Person

KEEP_ALIVE_SECONDS = 15.0
LOCALES = ("en-US", "en-GB", "zh-CN", "zh-TW", "de", "fr", "ja", "es-ES")

Handle = Callable[[Server, web.Request], Awaitable[Any]]


def has_key(server: Server, request: web.Request) -> bool:
    given = request.query.get("key") or request.headers.get("Authorization", "").removeprefix("Key ")
    return hmac.compare_digest(given.encode(), server.key.encode())


async def serve(server: Server, request: web.Request, handle: Handle) -> web.StreamResponse:
    """Every call needs the key; what cannot be done is one sentence with 4xx."""
    if not has_key(server, request):
        return json_response(403, {"error": "The key is missing or wrong."})
    try:
        result = await handle(server, request)
    except CannotDo as error:
        return json_response(400, {"error": str(error)})
    except Refusal as refusal:
        return json_response(refusal.status, {"error": refusal.sentence()})
    return result if isinstance(result, web.StreamResponse) else json_response(200, result)


async def body_of(request: web.Request) -> Any:
    return parse_json(await request.read())


def text_of(data: Any, field: str) -> str:
    value = data.get(field) if isinstance(data, dict) else None
    if not isinstance(value, str):
        raise CannotDo(f"The field {field} is missing or not a text.")
    return value


def person_of(server: Server, person_id: str) -> Person:
    person = server.world.people.get(person_id)
    if person is None or person.bot:
        raise CannotDo(f"There is no person {person_id}.")
    return person


def channel_of(server: Server, channel_id: str, person: Person) -> Channel:
    channel = server.world.channels.get(channel_id)
    if channel is None or not may_see(server.world, person.id, channel):
        raise CannotDo(f"There is no channel {channel_id}.")
    return channel


def message_of(server: Server, message_id: str, person: Person) -> Message:
    message = server.world.messages.get(message_id)
    if message is None or not announce.sees(
        server.world, person.id, server.world.channels[message.channel_id], message
    ):
        raise CannotDo(f"There is no message {message_id}.")
    return message


async def world(server: Server, request: web.Request) -> Json:
    """With `as` the channels that this person does not see are left out."""
    person = request.query.get("as")
    put_idle_threads_to_sleep(server)
    channels = [c for c in server.world.channels.values() if person is None or may_see(server.world, person, c)]
    return {
        "guild": {"id": server.world.home.id, "name": server.world.home.name},
        "guilds": [_guild(guild) for guild in server.world.guilds.values()],
        "people": [_person(person) for person in server.world.people.values() if not person.bot],
        "channels": [announce.channel_for_people(server, channel) for channel in channels],
        "commands": server.world.commands(),
        "bot": {"id": server.world.bot.id, "name": server.world.bot.name, "online": server.gateway.online},
        "samples": pages.samples(),
    }


def _guild(guild: Guild) -> Json:
    members = sorted(guild.member_ids - {BOT_ID})
    return {"id": guild.id, "name": guild.name, "owner_id": guild.owner_id, "members": members}


async def open_guild(server: Server, request: web.Request) -> Json:
    """Another guild with one text channel: the bot is added to it. Its owner has every permission there."""
    data, world = await body_of(request), server.world
    owner = person_of(server, text_of(data, "as"))
    members = {person_of(server, member).id for member in data.get("members", [])}
    ids, now = world.ids, world.clock.now()
    guild = Guild(ids.next(), text_of(data, "name"), owner.id, {BOT_ID, owner.id, *members}, ids.next(), now)
    channel = Channel(ids.next(), GUILD_TEXT, text_of(data, "channel"), guild.id)
    world.guilds[guild.id], world.channels[channel.id] = guild, channel
    announce.guild_joined(server, guild)
    return _guild(guild) | {"channel": announce.channel_for_people(server, channel)}


def _person(person: Person) -> Json:
    return {"id": person.id, "name": person.name, "locale": person.locale}


async def set_locale(server: Server, request: web.Request) -> Json:
    person = person_of(server, request.match_info["id"])
    locale = text_of(await body_of(request), "locale")
    if locale not in LOCALES:
        raise CannotDo(f"{locale} is not one of {', '.join(LOCALES)}.")
    person.locale = locale
    return _person(person)


async def messages(server: Server, request: web.Request) -> list[Json]:
    person = person_of(server, request.query.get("as", ""))
    channel = channel_of(server, request.match_info["id"], person)
    every = [server.world.messages[message_id] for message_id in channel.messages]
    return [message_json(server.world, server.cdn, message) for message in every if message.seen_by(person.id)]


async def write(server: Server, request: web.Request) -> Json:
    data = await body_of(request)
    person = person_of(server, text_of(data, "as"))
    channel = channel_of(server, request.match_info["id"], person)
    message = written_by(server, channel, person.id, text_of(data, "content"))
    return message_json(server.world, server.cdn, message)


async def delete_message(server: Server, request: web.Request) -> Json:
    """One's own, what only oneself sees, and for the guild's owner everything in it."""
    person = person_of(server, request.query.get("as", ""))
    message = message_of(server, request.match_info["message"], person)
    guild = server.world.guild_of(server.world.channels[message.channel_id])
    if person.id not in (message.author_id, message.visible_to, guild.owner_id if guild else None):
        raise CannotDo("This person may not delete that message.")
    remove(server, message)
    return {}


async def edit_channel(server: Server, request: web.Request) -> Json:
    """`archived` puts a thread to sleep or wakes it; in a channel, `denied` names permissions that the bot loses and
    `nsfw` is the age restriction.
    """
    channel, data = server.world.channels.get(request.match_info["id"]), await body_of(request)
    if channel is None:
        raise CannotDo("There is no such channel.")
    if isinstance(data.get("archived"), bool) and channel.is_thread:
        set_archived(server, channel, archived=data["archived"])
    if isinstance(data.get("denied"), list) and not channel.is_thread:
        channel.denied = _bits(data["denied"])
    if isinstance(data.get("nsfw"), bool) and channel.type == GUILD_TEXT:
        channel.nsfw = data["nsfw"]
    announce.channel_updated(server, channel)
    return announce.channel_for_people(server, channel)


def _bits(names: list[str]) -> int:
    unknown = [name for name in names if name not in permissions.BITS]
    if unknown:
        raise CannotDo(f"There is no permission {unknown[0]}.")
    return sum({permissions.BITS[name] for name in names})


async def open_direct(server: Server, request: web.Request) -> Json:
    person = person_of(server, text_of(await body_of(request), "as"))
    return announce.channel_for_people(server, direct_channel(server, person))


async def events(server: Server, request: web.Request) -> web.StreamResponse:
    person = person_of(server, request.query.get("as", ""))
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    with server.feed.listen(person.id) as queue:
        # The bot may have come online between the page's look at the world and this moment.
        await response.write(_line({"type": "bot", "online": server.gateway.online}))
        await response.write(_line({"type": "commands", "commands": server.world.commands()}))
        while True:
            try:
                await response.write(_line(await asyncio.wait_for(queue.get(), KEEP_ALIVE_SECONDS)))
            except TimeoutError:
                await response.write(b": still here\n\n")
            except ConnectionResetError:
                return response


def _line(event: Json) -> bytes:
    return f"data: {json.dumps(event, ensure_ascii=False)}\n\n".encode()


async def advance(server: Server, request: web.Request) -> Json:
    data = await body_of(request)
    seconds = data.get("advance") if isinstance(data, dict) else None
    if not isinstance(seconds, int | float) or isinstance(seconds, bool) or seconds < 0:
        raise CannotDo("advance is a number of seconds, 0 or more.")
    server.clock.advance(seconds)
    put_idle_threads_to_sleep(server)
    return {"now": server.clock.now()}


async def weather(server: Server, _request: web.Request) -> list[Json]:
    return [vars(fault) for fault in server.weather.faults]


async def set_weather(server: Server, request: web.Request) -> list[Json]:
    try:
        server.weather.faults = parse_faults(await body_of(request))
    except ValueError as error:
        raise CannotDo(str(error)) from error
    server.gateway.strike_now()
    return await weather(server, request)


async def violations(server: Server, _request: web.Request) -> list[Json]:
    server.checks.finish()
    return server.journal.violations


async def traffic(server: Server, _request: web.Request) -> list[Json]:
    return list(server.journal.traffic)


async def sample(_server: Server, request: web.Request) -> web.Response:
    name = f"{request.match_info['folder']}/{request.match_info['file']}"
    return pages.file_below(pages.SAMPLES, name)
