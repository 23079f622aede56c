"""What Discord refuses is refused with its code, and written down as a violation."""

import io
import json
from typing import Any

import aiohttp
import discord
import pytest

from tests.sandbox.conftest import Rest
from tests.sandbox.gardener import Card, Gardener
from tests.sandboxed import Refused, Sandbox

V2 = 1 << 15
BUTTON = {"type": 2, "style": 1, "label": "x", "custom_id": "a"}
OPTION = {"label": "x", "value": "x"}
WORDS = {"type": 10, "content": "x"}


def row(*components: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(components)}


def select(**changes: Any) -> dict[str, Any]:
    return {"type": 3, "custom_id": "s", "options": [OPTION]} | changes


BAD_MESSAGES: dict[str, dict[str, Any]] = {
    "long content": {"content": "x" * 2001},
    "content of another type": {"content": 7},
    "eleven embeds": {"embeds": [{"title": "x"}] * 11},
    "long embeds": {"embeds": [{"description": "x" * 3001}, {"description": "y" * 3001}]},
    "words beside components": {"content": "x", "flags": V2, "components": [WORDS]},
    "embeds beside components": {"embeds": [{"title": "x"}], "flags": V2, "components": [WORDS]},
    "components without their flag": {"components": [WORDS]},
    "long texts": {"flags": V2, "components": [WORDS | {"content": "x" * 2500}] * 2},
    "41 components": {"flags": V2, "components": [{"type": 17, "components": [WORDS] * 20}, *[WORDS] * 20]},
    "six buttons": {"components": [row(*[BUTTON | {"custom_id": str(n)} for n in range(6)])]},
    "one custom_id twice": {"components": [row(BUTTON, BUTTON)]},
    "one id twice": {"flags": V2, "components": [WORDS | {"id": 4}, WORDS | {"id": 4}]},
    "a button without words": {"components": [row({"type": 2, "style": 1, "custom_id": "a"})]},
    "a link with a custom_id": {"components": [row(BUTTON | {"style": 5, "url": "https://a.b"})]},
    "a button without custom_id": {"components": [row({"type": 2, "style": 1, "label": "x"})]},
    "a long label": {"components": [row(BUTTON | {"label": "x" * 81})]},
    "a long custom_id": {"components": [row(BUTTON | {"custom_id": "x" * 101})]},
    "a select beside a button": {"components": [row(BUTTON, select())]},
    "26 options": {"components": [row(select(options=[{"label": "x", "value": str(n)} for n in range(26)]))]},
    "an option twice": {"components": [row(select(options=[OPTION, OPTION], max_values=2))]},
    "more values than options": {"components": [row(select(max_values=2))]},
    "a picture that was not sent": {
        "flags": V2,
        "components": [{"type": 12, "items": [{"media": {"url": "attachment://a.png"}}]}],
    },
    "an embed's picture that was not sent": {"embeds": [{"image": {"url": "attachment://a.png"}}]},
    "a file that was not sent": {"content": "x", "attachments": [{"id": 0, "filename": "a.png"}]},
    "an ephemeral flag": {"content": "x", "flags": 64},
    "mentions parsed and listed": {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
    "a long nonce": {"content": "x", "nonce": "n" * 26},
    "a reply to nothing": {"content": "x", "message_reference": {"message_id": "1"}},
}


@pytest.mark.parametrize("name", BAD_MESSAGES)
async def test_bad_message(sandbox: Sandbox, rest: Rest, name: str) -> None:
    path = f"/channels/{sandbox.channel_id('general')}/messages"
    status, body = await rest("POST", path, BAD_MESSAGES[name])
    assert (status, body["code"]) == (400, 50035), body
    (violation,) = await sandbox.violations()
    assert (violation["method"], violation["path"]) == ("POST", path)
    assert violation["what"].startswith("400 50035 ")
    assert await sandbox.messages() == []


def command(**changes: Any) -> dict[str, Any]:
    return {"name": "a", "description": "a", "type": 1} | changes


def option(**changes: Any) -> dict[str, Any]:
    return {"name": "a", "description": "a", "type": 3} | changes


CHOICE = {"name": "a", "value": "a"}
BAD_TREES: dict[str, list[dict[str, Any]]] = {
    "a name twice": [command(), command()],
    "an upper-case name": [command(name="Draw")],
    "a name with a blank": [command(name="a b")],
    "a long name": [command(name="a" * 33)],
    "no description": [{"name": "a", "type": 1}],
    "26 options": [command(options=[option(name=f"a{n}") for n in range(26)])],
    "26 choices": [command(options=[option(choices=[{"name": f"{n}", "value": f"{n}"} for n in range(26)])])],
    "required last": [command(options=[option(), option(name="b", required=True)])],
    "choices and autocompletion": [command(options=[option(choices=[CHOICE], autocomplete=True)])],
    "autocompletion of a file": [command(options=[option(type=11, autocomplete=True)])],
    "an unknown locale": [command(name_localizations={"zh": "甲"})],
    "a sub-command beside an option": [command(options=[option(type=1), option(name="b")])],
    "too many characters": [command(options=[option(name=f"a{n}", choices=[CHOICE | {"value": "x" * 90}] + [
        {"name": f"{m}" * 50, "value": "x" * 100} for m in range(9)]) for n in range(9)])],
    "101 commands": [command(name=f"a{n}") for n in range(101)],
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_TREES)
async def test_bad_command_tree(sandbox: Sandbox, rest: Rest, name: str) -> None:
    application = (await sandbox.world())["bot"]["id"]
    status, body = await rest("PUT", f"/applications/{application}/commands", BAD_TREES[name])
    assert (status, body["code"]) == (400, 50035), body
    assert len(await sandbox.violations()) == 1
    assert (await sandbox.world())["commands"] == []


async def test_tree_in_two_languages_keeps_its_ids(sandbox: Sandbox, rest: Rest) -> None:
    path = f"/applications/{(await sandbox.world())['bot']['id']}/commands"
    tree = [command(name_localizations={"zh-CN": "创建"})]
    _, first = await rest("PUT", path, tree)
    status, second = await rest("PUT", path, [command(name="b"), *tree])
    assert status == 200
    assert second[1]["id"] == first[0]["id"]
    assert second[1]["name_localizations"] == {"zh-CN": "创建"}
    assert await sandbox.violations() == []


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, 0),
        ("DELETE", "/channels/{general}", 404, 0),
        ("GET", "/channels/1", 404, 10003),
        ("GET", "/channels/{general}/messages/1", 404, 10008),
        ("GET", "/guilds/1", 404, 10004),
        ("GET", "/users/1", 404, 10013),
        ("POST", "/webhooks/1/x", 404, 10015),
        ("POST", "/interactions/1/x/callback", 404, 10062),
    ],
)
async def test_unknown_things(sandbox: Sandbox, rest: Rest, method: str, path: str, status: int, code: int) -> None:
    path = path.format(general=sandbox.channel_id("general"))
    body = {"content": "x"} if method == "POST" and "callback" not in path else {"type": 5}
    found = await rest(method, path, body if method == "POST" else None)
    assert (found[0], found[1]["code"]) == (status, code)
    assert len(await sandbox.violations()) == 1


async def test_wrong_token(sandbox: Sandbox, rest: Rest) -> None:
    status, body = await rest("GET", "/users/@me", headers={"Authorization": "Bot wrong"})
    assert (status, body) == (401, {"code": 0, "message": "401: Unauthorized"})
    assert len(await sandbox.violations()) == 1


async def test_broken_json_and_strange_types(sandbox: Sandbox, rest: Rest) -> None:
    path = f"/channels/{sandbox.channel_id('general')}/messages"
    headers = {"Content-Type": "application/json"}
    assert (await rest("POST", path, data=b"{", headers=headers))[1]["code"] == 50109
    assert (await rest("POST", path, data=b'{"content": NaN}', headers=headers))[1]["code"] == 50109
    assert (await rest("POST", path, data=b"a", headers={"Content-Type": "text/plain"}))[0] == 400
    assert (await rest("POST", path, {}))[1]["code"] == 50006


def upload(payload: object, *files: tuple[str, str, bytes]) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", json.dumps(payload))
    for name, filename, data in files:
        form.add_field(name, io.BytesIO(data), filename=filename)
    return form


async def test_files_have_limits(sandbox: Sandbox, rest: Rest) -> None:
    path = f"/channels/{sandbox.channel_id('general')}/messages"
    large = b"x" * (10 * 1024 * 1024 + 1)
    status, body = await rest("POST", path, data=upload({}, ("files[0]", "a.bin", large)))
    assert (status, body["code"]) == (413, 40005)
    three = [(f"files[{n}]", "a.bin", large[:-1]) for n in range(3)]
    assert (await rest("POST", path, data=upload({}, *three)))[0] == 413
    eleven = [(f"files[{n}]", "a.bin", b"x") for n in range(11)]
    assert (await rest("POST", path, data=upload({}, *eleven)))[0] == 400
    assert (await rest("POST", path, data=upload({}, ("picture", "a.bin", b"x"))))[0] == 400
    unlisted = upload({"attachments": []}, ("files[0]", "a.bin", b"x"))
    assert (await rest("POST", path, data=unlisted))[0] == 400
    assert await sandbox.messages() == []


async def test_file_names_are_tidied(sandbox: Sandbox, rest: Rest, picture: bytes) -> None:
    path = f"/channels/{sandbox.channel_id('general')}/messages"
    form = upload({}, ("files[0]", "my cat.png", picture), ("files[1]", "猫.png", picture))
    _, message = await rest("POST", path, data=form)
    shown = [(file["filename"], file["title"]) for file in message["attachments"]]
    assert shown == [("my_cat.png", "my cat"), ("unknown.png", "猫")]


async def test_addresses_of_files_are_signed_and_expire(sandbox: Sandbox, bot: Gardener) -> None:
    message = await bot.channel(sandbox.channel_id("general")).send(files=bot.card_files())
    url = message.attachments[0].url
    assert await sandbox.fetch(url) == bot.picture
    for changed in (url.replace("hm=", "hm=0"), url.replace("a.png", "b.png"), url.split("?")[0]):
        with pytest.raises(aiohttp.ClientResponseError):
            await sandbox.fetch(changed)
    await sandbox.advance(25 * 3600)
    with pytest.raises(aiohttp.ClientResponseError):
        await sandbox.fetch(url)
    fresh = (await sandbox.messages())[0]["attachments"][0]["url"]
    assert await sandbox.fetch(fresh) == bot.picture


async def test_edit_cannot_take_away_what_is_shown(sandbox: Sandbox, bot: Gardener) -> None:
    message = await bot.channel(sandbox.channel_id("general")).send(view=Card("first"), files=bot.card_files())
    with pytest.raises(discord.HTTPException, match="not among the attachments"):
        await message.edit(attachments=[])
    with pytest.raises(discord.HTTPException, match="COMPONENTS_V2"):
        await bot.http.edit_message(message.channel.id, message.id, params=_content("words"))


def _content(words: str) -> discord.http.MultipartParameters:
    return discord.http.handle_message_parameters(content=words)


async def test_words_give_way_to_components_only_when_cleared(sandbox: Sandbox, bot: Gardener) -> None:
    message = await bot.channel(sandbox.channel_id("general")).send("words")
    with pytest.raises(discord.HTTPException, match="cleared"):
        await message.edit(view=Card("card"), attachments=bot.card_files())
    await message.edit(content=None, view=Card("card"), attachments=bot.card_files())
    assert (await sandbox.messages())[0]["flags"] == V2


async def test_private_answers_are_hidden_from_channel_routes(sandbox: Sandbox, bot: Gardener, rest: Rest) -> None:
    answer = await sandbox.run("whisper")
    assert await bot.told.get() == int(answer["message_id"])
    path = f"/channels/{sandbox.channel_id('general')}/messages"
    assert (await rest("GET", f"{path}/{answer['message_id']}"))[1]["code"] == 10008
    assert (await rest("GET", path)) == (200, [])
    assert len(await sandbox.violations()) == 1


async def test_bot_without_permission(sandbox: Sandbox, bot: Gardener) -> None:
    await sandbox.edit_channel("gallery", denied=["CREATE_PUBLIC_THREADS"])
    await sandbox.edit_channel("after-dark", denied=["VIEW_CHANNEL"])
    gallery, dark = bot.guilds[0].text_channels[1:]
    message = await gallery.send("card")
    with pytest.raises(discord.Forbidden) as refused:
        await message.create_thread(name="x")
    assert refused.value.code == 50013
    with pytest.raises(discord.Forbidden) as refused:
        await dark.send("x")
    assert refused.value.code == 50001
    assert not gallery.permissions_for(bot.guilds[0].me).create_public_threads


async def test_deleted_message_is_nobodys_fault(sandbox: Sandbox, bot: Gardener) -> None:
    message = await bot.channel(sandbox.channel_id("general")).send("card")
    with pytest.raises(Refused, match="may not delete"):
        await sandbox.delete(str(message.id), person="Lin")
    await sandbox.delete(str(message.id), person="Ada")
    with pytest.raises(discord.NotFound):
        await message.edit(content="changed")
    assert await sandbox.violations() == []


async def test_commands_keep_to_their_places(sandbox: Sandbox, rest: Rest) -> None:
    path = f"/applications/{(await sandbox.world())['bot']['id']}/commands"
    tree = [
        command(name="dark", nsfw=True),
        command(name="admin", default_member_permissions=1 << 5),
        command(name="here", contexts=[0]),
    ]
    await rest("PUT", path, tree)
    with pytest.raises(Refused, match="age-restricted"):
        await sandbox.command("dark")
    await sandbox.command("dark", channel="after-dark")
    with pytest.raises(Refused, match="permissions"):
        await sandbox.command("admin", person="Lin")
    await sandbox.command("admin", person="Ada")
    with pytest.raises(Refused, match="not offered here"):
        await sandbox.command("here", channel=await sandbox.open_direct("Ada"))
