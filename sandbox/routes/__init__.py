"""Every route of Discord's REST interface that the sandbox serves."""

from sandbox.routes import callback, channels, commands, identity, messages, threads, webhooks
from sandbox.routing import Route

APP_COMMANDS = "/applications/{application_id}/commands"
GUILD_COMMANDS = "/applications/{application_id}/guilds/{guild_id}/commands"
MESSAGES = "/channels/{channel_id}/messages"
MESSAGE = "/channels/{channel_id}/messages/{message_id}"
WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"

ROUTES = (
    Route("GET", "/users/@me", identity.own_user),
    Route("GET", "/users/{user_id}", identity.user),
    Route("GET", "/oauth2/applications/@me", identity.application),
    Route("GET", "/gateway", identity.gateway),
    Route("GET", "/gateway/bot", identity.gateway_bot),
    Route("GET", "/guilds/{guild_id}", identity.guild),
    Route("GET", "/guilds/{guild_id}/members/{user_id}", identity.member),
    Route("GET", APP_COMMANDS, commands.global_list),
    Route("PUT", APP_COMMANDS, commands.global_overwrite),
    Route("GET", GUILD_COMMANDS, commands.guild_list),
    Route("PUT", GUILD_COMMANDS, commands.guild_overwrite),
    Route("GET", MESSAGES, messages.history),
    Route("POST", MESSAGES, messages.send),
    Route("GET", MESSAGE, messages.fetch),
    Route("PATCH", MESSAGE, messages.edit),
    Route("DELETE", MESSAGE, messages.delete),
    Route("POST", MESSAGE + "/threads", threads.from_message),
    Route("POST", "/channels/{channel_id}/threads", threads.bare),
    Route("GET", "/channels/{channel_id}", channels.fetch),
    Route("PATCH", "/channels/{channel_id}", channels.edit),
    Route("POST", "/channels/{channel_id}/typing", channels.typing),
    Route("POST", "/users/@me/channels", channels.open_direct),
    Route("POST", "/interactions/{interaction_id}/{interaction_token}/callback", callback.answer, by_token=True),
    Route("POST", WEBHOOK, webhooks.follow_up, by_token=True),
    Route("GET", WEBHOOK + "/messages/@original", webhooks.fetch, by_token=True),
    Route("PATCH", WEBHOOK + "/messages/@original", webhooks.edit, by_token=True),
    Route("DELETE", WEBHOOK + "/messages/@original", webhooks.delete, by_token=True),
    Route("GET", WEBHOOK + "/messages/{message_id}", webhooks.fetch, by_token=True),
    Route("PATCH", WEBHOOK + "/messages/{message_id}", webhooks.edit, by_token=True),
    Route("DELETE", WEBHOOK + "/messages/{message_id}", webhooks.delete, by_token=True),
)
