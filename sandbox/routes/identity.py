"""Who the bot is, where its gateway is, and who else is there."""

from sandbox.errors import Refusal, unknown_guild, unknown_user
from sandbox.render import application_json, guild_json, member_json, own_user_json, user_json
from sandbox.routing import Answer, Call
from sandbox.state import GUILD_ID

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
    _check_guild(call)
    return Answer(200, guild_json(call.server.world))


def member(call: Call) -> Answer:
    _check_guild(call)
    person = call.server.world.people.get(call.path["user_id"])
    if person is None:
        raise Refusal(404, 10007, "Unknown Member")
    return Answer(200, member_json(call.server.world, person))


def _check_guild(call: Call) -> None:
    if call.path["guild_id"] != GUILD_ID:
        raise unknown_guild()
