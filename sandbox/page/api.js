// The page's own interface of the server; docs/sandbox.md describes every call.

export function createApi(key) {
  const headers = { Authorization: `Key ${key}` };

  async function call(method, path, body) {
    const options = { method, headers: { ...headers } };
    if (body instanceof FormData) options.body = body;
    else if (body !== undefined) {
      options.body = JSON.stringify(body);
      options.headers["Content-Type"] = "application/json";
    }
    const response = await fetch(`/sandbox${path}`, options);
    const answer = await response.json().catch(() => ({}));
    if (!response.ok) throw new Error(answer.error ?? `${response.status} ${response.statusText}`);
    return answer;
  }

  const get = (path) => call("GET", path);
  const post = (path, body) => call("POST", path, body);

  return {
    world: () => get("/world"),
    messages: (channelId, as) => get(`/channels/${channelId}/messages?as=${as}`),
    say: (channelId, as, content) => post(`/channels/${channelId}/messages`, { as, content }),
    setLocale: (personId, locale) => call("PATCH", `/people/${personId}`, { locale }),
    runCommand: (payload, files) => post("/commands", formWith(payload, files)),
    autocomplete: (payload) => post("/autocomplete", payload),
    click: (payload) => post("/clicks", payload),
    submitModal: (payload, files) => post("/modals", formWith(payload, files)),
    weather: () => get("/weather"),
    setWeather: (faults) => call("PUT", "/weather", faults),
    advanceClock: (seconds) => post("/clock", { advance: seconds }),
    violations: () => get("/violations"),
    sampleUrl: (folder, file) =>
      `/sandbox/samples/${encodeURIComponent(folder)}/${encodeURIComponent(file)}?key=${encodeURIComponent(key)}`,
    events: (as) => new EventSource(`/sandbox/events?as=${as}&key=${encodeURIComponent(key)}`),

    /** The interaction once the bot has answered it, or has failed to. */
    async answered(interactionId) {
      for (;;) {
        const interaction = await get(`/interactions/${interactionId}?wait=3`);
        if (interaction.state !== "waiting") return interaction;
      }
    },
  };
}

/** A multipart form: `payload` as JSON beside `files`, a list of [field, File]. */
function formWith(payload, files) {
  const form = new FormData();
  form.append("payload_json", JSON.stringify(payload));
  for (const [field, file] of files) form.append(field, file, file.name);
  return form;
}
