"""Who the bot is, where its gateway is, and who else is there."""

from sandbox.errors import Refusal, unknown_guild, unknown_user
from sandbox.routing import Answer, Call
from sandbox.world.render import application_json, guild_json, member_json, own_user_json, user_json
from sandbox.world.state import Guild

SESSION_STARTS = {"total": 1000, "remaining": 1000, "reset_after": 86_400_000, "max_concurrency": 1}


def own_user(call: Call) -> Answer:
    return Answer(200, own_user_json(call.server.world.bot))


def user(call: Call) -> Answer:
    person = call.server.world.people.get(call.path["user_id"])
    if person is None:
        raise unknown_user()
    return Answer(200, user_json(person))


def application(call: Call) -> Answer:
    return Answer(200, application_json(call.server.world))


def gateway(call: Call) -> Answer:
    return Answer(200, {"url": call.server.gateway.url})


def gateway_bot(call: Call) -> Answer:
    return Answer(200, {"url": call.server.gateway.url, "shards": 1, "session_start_limit": SESSION_STARTS})


def guild(call: Call) -> Answer:
    return Answer(200, guild_json(_guild(call)))


def member(call: Call) -> Answer:
    guild, person_id = _guild(call), call.path["user_id"]
    if person_id not in guild.member_ids:
        raise Refusal(404, 10007, "Unknown Member")
    return Answer(200, member_json(guild, call.server.world.people[person_id]))


def _guild(call: Call) -> Guild:
    guild = call.server.world.guilds.get(call.path["guild_id"])
    if guild is None:
        raise unknown_guild()
    return guild
