# English. The other catalogue has the same ids with the same variables; a test holds them together.
#
# Text that people wrote stands between backticks in refusals (Texts.refusal makes it fit) and comes escaped elsewhere.

## Quantities

about-moment = a few seconds
about-seconds = about { $amount } s
about-minutes = about { $amount } min
about-hours = about { $amount } h
about-days = about { $amount ->
    [one] 1 day
   *[other] { $amount } days
}
took-seconds = { $seconds } s
took-minutes = { $minutes } min { $seconds } s
took-hours = { $hours } h { $minutes } min
# $form is the plural form of an ordinal number.
place-no-room = waiting for room on this server's disk
place-in-line = { $form ->
    [one] { $place }st in line
    [two] { $place }nd in line
    [few] { $place }rd in line
   *[other] { $place }th in line
}
speed-steps-a-second = { $speed ->
    [one] 1 step a second
   *[other] { $speed } steps a second
}
speed-seconds-a-step = { $speed } s a step

## Commands

command-embed = embed
command-embed-description = Teach the model new words, and use them
command-embed-create = create
command-embed-create-description = Make a word from other words, without training
command-embed-train = train
command-embed-train-description = Teach a word from your own pictures
command-embed-list = list
command-embed-list-description = The words you can use
command-embed-show = show
command-embed-show-description = Everything known about a word
command-embed-file = file
command-embed-file-description = Get the file of a word
command-embed-stop = stop
command-embed-stop-description = Stop learning a word, and keep what was learned
command-embed-import = import
command-embed-import-description = Bring a word made elsewhere: embedding files, pictures that carry one, ZIPs
command-embed-rename = rename
command-embed-rename-description = Give a word of yours another name
command-embed-delete = delete
command-embed-delete-description = Delete a word of yours for good
command-embed-copy = copy
command-embed-copy-description = Make a shared word your own, under a new name
command-embed-inspect = inspect
command-embed-inspect-description = Look inside a word: its nearest known words, its vectors' lengths
command-imagine = imagine
command-imagine-description = Draw a picture
command-style = style
command-style-description = Save parts of prompts under a name, for everybody on this server
command-style-save = save
command-style-save-description = Save a prompt, a negative prompt or both under a name
command-style-list = list
command-style-list-description = The styles you can use here
command-style-delete = delete
command-style-delete-description = Delete one of your styles; any style, if you may manage this server
command-picture = picture
command-picture-description = The settings that a picture's file carries
command-picture-info = info
command-picture-info-description = Show how a picture was made, if its file says so, and draw it again
command-queue = queue
command-queue-description = What is running, what is waiting, and how long it will take
command-help = help
command-help-description = What Embedsmith does, and where to start

## Options of /embed create and /embed train

option-name = name
option-name-description = The new word, such as my-cat
option-kind = kind
option-kind-description = A thing or a style; default: a thing
option-from = from
option-from-description = Initialization text: what it is, in words the model knows, such as cat
option-vectors = vectors
option-vectors-description = Vectors per token: more hold more detail, and take more of a prompt's 75 tokens
option-thoroughness = thoroughness
option-thoroughness-description = How long to learn; default: balanced
option-steps = steps
option-steps-description = How many steps; overrides thoroughness
option-learning-rate = learning_rate
option-learning-rate-description = A number, or a schedule such as 0.005:100, 1e-3:1000, 1e-5
option-template = template
option-template-description = Prompts to learn with: [name] is the word, [filewords] a picture's caption
option-template-file = template_file
option-template-file-description = Your own template: a text file with one prompt per line
option-preview-prompt = preview_prompt
option-preview-prompt-description = What the previews draw; default: one of the training prompts
option-batch-size = batch_size
option-batch-size-description = Pictures per step
option-tuning = tuning
option-tuning-description = Advanced: flip, cosine, warmup 20, min-snr 5, clip 1, patience 4 …
option-where = where
option-where-description = Who sees it: everybody here, or only you
choice-here = here
choice-me = only for me
option-picture1 = picture1
option-picture1-description = A picture to learn from: PNG, JPEG, WEBP, HEIC, AVIF, GIF, TIFF or BMP
option-picture2 = picture2
option-picture2-description = The 2nd picture
option-picture3 = picture3
option-picture3-description = The 3rd picture
option-picture4 = picture4
option-picture4-description = The 4th picture
option-picture5 = picture5
option-picture5-description = The 5th picture
option-picture6 = picture6
option-picture6-description = The 6th picture
option-picture7 = picture7
option-picture7-description = The 7th picture
option-picture8 = picture8
option-picture8-description = The 8th picture
option-picture9 = picture9
option-picture9-description = The 9th picture
option-picture10 = picture10
option-picture10-description = The 10th picture

choice-subject = a thing
choice-style = a style
choice-subject-filewords = a thing, with captions
choice-style-filewords = a style, with captions
choice-quick = quick
choice-balanced = balanced
choice-thorough = thorough

choice-pt = .pt: the web UI, Forge, ComfyUI
choice-bin = .bin: diffusers, before .safetensors
choice-safetensors = .safetensors: diffusers, ComfyUI, Forge, kohya
choice-pair = two .safetensors: diffusers with SDXL
choice-png = .png: a picture that carries the word
choice-onetrainer = .safetensors: OneTrainer with SD 1 or 2

## Options of the other commands

option-known-name = name
option-known-name-description = Which word
option-file1 = file1
option-file1-description = .pt, .bin, .safetensors, a PNG that carries an embedding, or a ZIP of them
option-file2 = file2
option-file2-description = Another one, such as the second of a pair for SDXL
option-file3 = file3
option-file3-description = The 3rd file
option-file4 = file4
option-file4-description = The 4th file
option-import-name = name
option-import-name-description = A name for the word; default: the file's name
option-concept = concept
option-concept-description = A concept from the Hugging Face hub instead of a file, such as sd-concepts-library/cat-toy
option-note = note
option-note-description = Anything worth knowing about it: a licence, an author
option-format = format
option-format-description = For which program; default: as it is stored
option-new-name = new_name
option-new-name-description = The new name
option-search = search
option-search-description = Only words that contain this
option-prompt = prompt
option-prompt-description = What to draw; your words work here by name
option-negative-prompt = negative_prompt
option-negative-prompt-description = What not to draw
option-drawing-steps = steps
option-drawing-steps-description = Sampling steps; default 20
option-sampler = sampler
option-sampler-description = The sampler; default Euler a
option-cfg-scale = cfg_scale
option-cfg-scale-description = How closely to follow the prompt; default 7
option-seed = seed
option-seed-description = The same seed and settings give the same picture; default: random
option-width = width
option-width-description = Pixels; default: the model's own size
option-height = height
option-height-description = Pixels; default: the model's own size
option-count = count
option-count-description = How many pictures
option-schedule = schedule
option-schedule-description = The noise schedule; default: the sampler's own
option-picture = picture
option-picture-description = A picture to draw over
option-strength = strength
option-strength-description = How much of that picture is redrawn, 0 to 1; default 0.75
option-settings = settings
option-settings-description = Advanced: hires 1.5, clip-skip 2, rng NV, variation 0.2, ensd 31337 …
option-style = style
option-style-description = A saved style, or several separated by commas
option-hypernetwork = hypernetwork
option-hypernetwork-description = One of those here, with a strength if you like: soft:0.8; several separated by commas
option-new-style = name
option-new-style-description = A name for the style; replaces one of yours with the same name
option-known-style = name
option-known-style-description = Which style
option-style-prompt = prompt
option-style-prompt-description = Added after what people write; {"{prompt}"} in it stands for what they write
option-style-negative-prompt = negative_prompt
option-style-negative-prompt-description = The same for the negative prompt
option-info-picture = picture
option-info-picture-description = The original file of a picture made here, by the web UI or by a similar program

## Buttons

button-teach = Teach a word
button-draw = Draw
button-my-words = My words
button-cancel = Cancel
button-stop = Stop
button-pause = Pause
button-resume = Resume
button-change = Change…
button-preview-now = Preview now
button-file = Get the file
button-example-prompts = Show example prompts
button-draw-with = Draw with it
button-train-further = Train further
button-train = Train
button-take-new = Use what was learned
button-take-before = Use the one from before
button-share = Share with this server
button-unshare = Make it private
button-again = Again
button-edit-drawing = Edit
button-settings = Settings
button-variations = Variations
button-larger = Larger
button-draw-over = Use as start
button-draw-this = Draw this
button-delete = Delete
button-inspect = Look inside
button-delete-word = Delete for good
button-test-1 = Test: a photo
button-test-2 = Test: a painting
button-test-3 = Test: beside a tree
button-earlier = Earlier
button-later = Later

## Help, first contact, consent

help-title = Embedsmith teaches the model new words from your pictures.
help-text = Give a word a name and three to ten pictures, watch it being learned, and use it in a prompt: `/{ command-imagine } portrait of my-cat`. You get its file, too.
help-commands =
    `/{ command-embed } { command-embed-train }` teach a word · `/{ command-embed } { command-embed-create }` from other words · `/{ command-embed } { command-embed-import }` from files
    `/{ command-embed } { command-embed-list }` your words · `/{ command-embed } { command-embed-show }` one of them · `/{ command-embed } { command-embed-file }` its file
    `/{ command-embed } { command-embed-stop }` stop learning · `/{ command-queue }` what is running and waiting
    `/{ command-imagine }` draw · `/{ command-style } { command-style-save }` save prompts · `/{ command-picture } { command-picture-info }` how it was made
help-model = Model here: { $model }
consent-question = Are these your own pictures, or may you use them? They are stored here for training, and nothing else is done with them. { $where ->
    [me] The name, the previews and the file of the word are shown to you alone, in your private chat with this bot.
   *[here] Others in this channel will see the word's name, its previews, curve and film, and can take its file at the end.
}
consent-button = Yes, these are mine or I may use them
decline-button = No
consent-declined = Nothing was kept.
where-question = **{ $name }** was shown to you alone until now. Where should this run be shown?
where-me-button = Only to me
where-here-button = Here, to everybody
reading-pictures = Reading pictures: { $done } of { $total }
edit-button = Edit and try again
go-on-button = Go on with the other { $pictures }
private-heading = **{ $name }** is being learned here, where only you can see it.
private-begun = **{ $name }** is being learned in your private chat: { $link }
private-heading-drawn = **{ $name }** is being drawn here, where only you can see it.
private-drawn = **{ $name }** is being drawn in your private chat: { $link }
card-follows = Accepted. The card will appear as soon as Discord takes it.
restarted = Embedsmith was restarted while it was working on this. Please try again.
restarted-goes-on = Embedsmith was restarted, and your request goes on. Its card is in this channel, or will appear soon.
list-more = … and { $items } more

## Discord's permissions, by its own names

permission-view-channel = View Channel
permission-send-messages = Send Messages
permission-send-messages-in-threads = Send Messages in Threads
permission-embed-links = Embed Links
permission-attach-files = Attach Files
permission-read-message-history = Read Message History

## Files that Discord does not take as they are

file-rename = Save it as `{ $file }`: the file's name is the word.
fitted-jpeg = { $pictures ->
    [one] The picture is shown as a JPEG with the same settings in it: as a PNG it is
   *[other] { $pictures } pictures are shown as JPEG with the same settings in them: as PNG they are
} too large for a message here.
fitted-left-out = Too large for a message here, and left out: { $files ->
    [one] 1 file
   *[other] { $files } files
}.
short-drawing = It is drawn, but Discord does not take the pictures in one message here. The numbered buttons show them to you one by one.
short-result = Discord did not take the files here. `/{ command-embed } { command-embed-file }` sends you the embedding.
short-card = Discord did not take this message with its pictures.

## Forms

form-train-title = Teach a word
form-train-further-title = Train { $name } further
form-settings = Settings, one per line
form-settings-description = For example steps: 400. Remove a line to go back to its default.
form-pictures-kept-description = { $pictures ->
    [one] 1 picture is
   *[other] { $pictures } pictures are
} kept from before. You can add more.
form-draw-title = Draw
form-name = Name
form-name-description = The new word. Letters, digits, spaces and . _ - are allowed.
form-name-example = my-cat
form-pictures = Pictures, up to 10
form-pictures-description = Views of one thing, or things in one style. PNG, JPEG, WEBP, HEIC, AVIF, GIF, TIFF or BMP.
form-kind = What is it?
form-from = Starts from (initialization text)
form-from-description = What it is, in words the model knows; learning starts there.
form-from-example = cat
form-thoroughness = How thorough?
form-thoroughness-choice = { $word }: { $steps } steps
form-where = What is it, and who sees it?
choice-subject-here = A thing · shown in this channel
choice-subject-me = A thing · shown only to me
choice-style-here = A style · shown in this channel
choice-style-me = A style · shown only to me
form-size = Size
form-size-description = For example 512x768; leave empty for the model's own size.
form-style = Styles
form-style-description = Names of styles, separated by commas.
form-drawing-settings = Settings
form-drawing-settings-description = Advanced, in one line: eta 0.5, rng NV, hires 2
form-picture = Picture to draw over
form-picture-description = Can be left empty.
form-picture-kept-description = Kept from before. Send another to replace it.
form-prompt = Prompt
form-prompt-description = Your words work here by name.
form-prompt-example = portrait of { $name }
form-negative-prompt = Negative prompt
form-negative-prompt-description = What not to draw. Can be left empty.
form-change-title = Continue with changes
form-change-steps = Steps
form-change-steps-description = For the whole run; it is now at step { $step }.
form-further-title = Train { $name } further
form-further-steps = Steps
form-further-steps-description = How many more; pictures and settings stay as in the previous run.
form-further-rate = Learning rate
form-further-rate-description = A number, or a schedule such as 0.005:100, 1e-3:1000, 1e-5. If left empty, the rate falls by itself.
form-change-rate = Learning rate
form-change-rate-description = A number, or a schedule such as 0.005:100, 1e-3:1000, 1e-5

## Card of a training run

training-waiting = Learning **{ $name }** · { $place }
training-plan = { $pictures ->
    [one] 1 picture
   *[other] { $pictures } pictures
} · { $vectors ->
    [one] 1 vector
   *[other] { $vectors } vectors
}, from "{ $from }" · { $steps ->
    [one] 1 step
   *[other] { $steps } steps
}
training-plan-plain = { $pictures ->
    [one] 1 picture
   *[other] { $pictures } pictures
} · { $vectors ->
    [one] 1 vector
   *[other] { $vectors } vectors
} · { $steps ->
    [one] 1 step
   *[other] { $steps } steps
}
training-plan-further = { $pictures ->
    [one] 1 picture
   *[other] { $pictures } pictures
} · { $vectors ->
    [one] 1 vector
   *[other] { $vectors } vectors
}, continuing from what it knows · { $steps ->
    [one] 1 step
   *[other] { $steps } steps
}
training-own-vectors = { $name } is already a word of yours: it goes on learning from its own { $vectors ->
    [one] 1 vector
   *[other] { $vectors } vectors
}. The initialization text or number of vectors that you gave is not used.
training-model = model: { $model } [{ $hash }]
training-preparing = ● **{ $name }** · getting the pictures ready
training-running = ● **{ $name }** · step { $step } of { $steps }
training-running-known = ● **{ $name }** · step { $step } of { $steps } · { $left } left
training-pausing = ● **{ $name }** · step { $step } of { $steps } · pausing after this step
training-paused = ⏸ **{ $name }** · paused at step { $step } of { $steps }
training-resuming = ⏸ **{ $name }** · resuming at step { $step } of { $steps }
training-stopping = ● **{ $name }** · step { $step } of { $steps } · stopping after this step
training-finished = ✓ **{ $name }** · { $steps ->
    [one] 1 step
   *[other] { $steps } steps
} in { $took }
training-stopped = **{ $name }** · stopped at step { $step } of { $steps }
stopping = It stops after this step. What was learned is kept.
training-cancelled = **{ $name }** · cancelled before it began
training-failed = ✕ **{ $name }** · stopped at step { $step } of { $steps }
training-loss = loss { $loss }
training-validation = validation { $loss }, best { $best } at step { $at }
training-rate = rate { $rate }
training-sharing = sharing the model with { $runs ->
    [one] 1 other run
   *[other] { $runs } other runs
}
training-held-back = { $pictures ->
    [one] 1 picture is
   *[other] { $pictures } pictures are
} held back from learning, to measure the validation loss.
training-nothing-held-back = Too few pictures to hold any back: the validation loss is measured on the ones that are learned from.
training-no-preview = No preview at step { $step }: the model gave values that are not numbers.
training-norm = The vectors are { $norm } times as long as the model's own words. A large factor is a sign of overtraining: use fewer steps or a lower rate.
training-eased-examples = The device ran out of memory; the same steps are now done in smaller parts, { $examples ->
    [one] 1 picture
   *[other] { $examples } pictures
} at a time.
training-eased-checkpointing = The device ran out of memory; some values are now recomputed instead of kept. This is slower, with the same result.
training-eased-offloading = The device ran out of memory; parts of the model now wait in the computer's own memory. Previews are slower, with the same result.
training-preview-at = preview at step { $step }
training-curve = loss curve
training-recovered = The trainer stopped unexpectedly and went on from step { $step }. Nothing was lost.
training-recovered-start = The trainer stopped unexpectedly before the first step, and began again.
training-begun-again = It had to start again from step 0, because its saved state could not be used: it was gone, or belonged to another model. { $steps ->
    [one] 1 step was
   *[other] { $steps } steps were
} lost.
training-preview-coming = A preview will follow after this step.
training-preview-paused = Nothing is learned while it is paused; resume it first.
training-example-prompts = The model learns { $name } with prompts like these:

## End of a training run

result-ready = ✓ **{ $name }** is ready: { $steps ->
    [one] 1 step
   *[other] { $steps } steps
} in { $took }.
result-stopped = **{ $name }** was stopped at step { $step }. What was learned until then is kept.
result-best = Lowest validation loss: { $loss }, at step { $step }.
result-best-file = The file of step { $step }, whose validation loss was lowest, is attached too: `{ $file }`.
result-early = It ended before step { $steps }, because the validation loss was no longer falling.
result-before-after = Same prompt, same seed: before and after
result-film = The previews, in order
result-try = Try: `/{ command-imagine } portrait of { $name }`
result-file-private = Here is the file of **{ $name }** at step { $step }.
result-file-untrained = Here is the file of **{ $name }**, untrained.

result-replaced = Its validation loss was { $before } when this run began, and is { $after } now.
result-stays = **{ $name }** stays as it was before this run: its validation loss was { $before } then, and is { $after } now. What was learned is kept beside it, in the file `{ $file }`.
result-unmeasured = **{ $name }** stays as it was before this run, because the validation loss has not been measured since. What was learned is kept beside it, in the file `{ $file }`.
result-taken-new = **{ $name }** now holds what was learned in this run.
result-taken-before = **{ $name }** is again what it was before this run.
start-cut = "{ $from }" takes { $tokens } tokens; only the first { $vectors ->
    [one] one
   *[other] { $vectors }
} ("{ $used }") became the start of a vector. Set vectors to { $tokens } to use all of them.
start-shared = "{ $from }" takes { $tokens ->
    [one] 1 token
   *[other] { $tokens } tokens
}, so some of the { $vectors } vectors start out the same.

## A word made without training

creating-waiting = Making **{ $name }** · { $place }
creating-running = ● Making **{ $name }**
creating-finished = ✓ **{ $name }** is ready: { $vectors ->
    [one] 1 vector
   *[other] { $vectors } vectors
} from "{ $from }", untrained. It leaves { $left } of a prompt's 75 tokens.
creating-cancelled = **{ $name }** · cancelled
creating-failed = ✕ **{ $name }** could not be made

## Why something failed, and what to change

failure-not-finite = The loss was not a number. Try a lower rate, such as { $rate }.
failure-never-finite = The loss was not a number before anything was learned. Try a lower rate, such as { $rate }. If that does not help, the person who runs the bot can try another precision (EMBEDSMITH_PRECISION): bfloat16 or float32.
failure-picture-not-finite = The model gave values that are not numbers, so there is no picture. { $precision ->
    [float16] This server computes in float16: the person who runs the bot can set EMBEDSMITH_PRECISION to bfloat16 or float32.
   *[other] Try a lower CFG scale or another sampler, or leave out a word that was trained too much.
}
failure-out-of-memory = The device ran out of memory. Try a smaller batch size, or a smaller picture.
failure-bad-template = The template could not be used. Each prompt needs [name], in the template or in the picture's caption.
failure-bad-learning-rate = The learning rate could not be read. Example: `0.005:100, 1e-3:1000, 1e-5`.
failure-bad-picture = A stored picture could not be read. Upload the pictures again.
failure-bad-embedding = The embedding could not be read, or was made for another model. Train it again under another name.
failure-word-changed = The file of `{ $name }` was changed or removed each time the picture was about to be drawn. Draw it again.
failure-too-large = { $width } × { $height } is larger than can be made here; { $wide } × { $high } would work.
failure-bad-size = The size does not fit this model. Use multiples of 8, near the model's own size.
failure-bad-tuning = A training setting could not be used: { $error }. Leave it out, or write it differently.
failure-unknown-sampler = There is no such sampler. Choose one from the list.
failure-unknown-upscaler = There is no such upscaler here. Choose Latent or Lanczos.
failure-bad-upscaler = The upscaler `{ $upscaler }` cannot be used: { $kind ->
    [none] its file cannot be read as a network that enlarges pictures.
   *[other] it is a { $kind } network; only those of ESRGAN, Real-ESRGAN and their relatives are read.
 } Choose another one, or tell the person who runs the bot.
failure-prompt-of-too-many-windows = The prompt has { $tokens } tokens and takes { $windows } windows of 75; at most { $most } windows are allowed. Make it shorter.
failure-prompt-too-long = The prompt is too long for this model. Make it shorter.
failure-disk = The server's disk is full, or cannot be written. Tell the person who runs the bot, then try again.
failure-fault = Something went wrong here, and it is in the log as { $code }. Ask again, or tell the person who runs the bot.
failure-newer-release = What you asked for was kept by a newer release of the bot, and the one that ran after it could not read it, so it has ended; it is in the log as { $code }. Ask again.
failure-internal = Something went wrong in the trainer; its log calls it job { $job }. Try again, or tell the person who runs the bot.
failure-worker-lost = The trainer stopped unexpectedly { $attempts } times in a row, so this job was given up. Try a smaller batch size, or tell the person who runs the bot.
failure-kept = Kept: step { $step }.
failure-nothing-kept = Nothing was kept.

## Drawing

drawing-waiting = drawing… { $place }
drawing-running = drawing…
drawing-progress = drawing… step { $step } of { $steps }
drawing-words = words: { $words }
drawing-word = { $name } ({ $vectors ->
    [one] 1 vector
   *[other] { $vectors } vectors
})
drawing-word-cut = { $name } ({ $used } of { $vectors } vectors)
drawing-tokens = { $tokens } of 75 tokens
drawing-windows = { $tokens } tokens in { $windows } windows of 75
drawing-failed = ✕ Nothing was drawn.
drawing-stopped = Cancelled; nothing was drawn.
drawing-other-model = { $name } was trained on { $trained } [{ $trained-hash }]; this is { $model } [{ $hash }]. It may look different.
drawing-chosen = { $whose ->
    [own] { $name } is { $owner }'s own word here. There are others of that name.
   *[server] { $name } is the word that was shared with this server. The operator has another of that name.
}
drawing-plain-words = Read as plain text, since no word of that name is yours to use here: { $names }
drawing-did-you-mean = No embedding is called { $word }. Did you mean { $name }?
drawing-unreadable = { $name } could not be used: its file is damaged, or made for another kind of model. It was read as plain text. Look at it with `/{ command-embed } { command-embed-show }`, and import the same word made for this model.
drawing-not-used = Not used here: { $tags }.
drawing-hypernetwork-unknown = { $tag } was left out: no hypernetwork here has that name.
drawing-hypernetwork-near = { $tag } was left out: no hypernetwork here has that name. Did you mean { $name }?
drawing-hypernetwork-bad = { $tag } was left out: the file of that hypernetwork is damaged, or made for another kind of model. The log of the bot says which, to the person who runs it.
drawing-read-as = read as: { $reading }
drawing-unsafe = { $pictures ->
    [one] 1 picture is not shown: the model's safety checker flagged it.
   *[other] { $pictures } pictures are not shown: the model's safety checker flagged them.
} Try another seed or prompt, or draw in an age-restricted channel.
drawing-deleted = The pictures were deleted.

## Styles

style-saved = **{ $name }** is saved. { $whose ->
    [server] Everybody on this server can
   *[private] In this private chat you can
} use it in `/{ command-imagine }`, as its `{ option-style }`.
style-replaced = **{ $name }** replaces your style of that name. { $whose ->
    [server] Everybody on this server can
   *[private] In this private chat you can
} use it in `/{ command-imagine }`, as its `{ option-style }`.
styles-title = Styles
styles-empty = There are no styles here yet. Keep one with `/{ command-style } { command-style-save }`.
styles-prompt = prompt: `{ $prompt }`
styles-negative-prompt = negative prompt: `{ $prompt }`

## What a picture says of itself

info-steps = { $steps ->
    [one] 1 step
   *[other] { $steps } steps
}
info-cfg-scale = CFG scale { $scale }
info-seed = seed { $seed }
info-seed-any = any seed
info-size-own = the model's own size
info-settings = settings: `{ $settings }`
info-cut = { $characters ->
    [one] The last character is
   *[other] The last { $characters } characters are
} not shown.
info-no-settings = It carries this text, but no settings that a picture could be drawn from.
info-graph = It was made with { $program }, which recorded the settings in a form that is not understood here.
info-unknown = { $setting } is not known here; { $instead } is used instead.
info-any-seed = It names no seed that can be used here, so the picture will be a different one.
info-noise = Its noise came from a graphics card. The numbers of an NVIDIA card are used, which match if it was one.
info-earlier = An earlier version of Embedsmith drew it, so details will differ.
info-start = It was drawn over another picture (strength { $strength }), which its text does not contain. It is drawn from the prompt alone and will look different.
info-unused = Not used here: { $settings }.
info-model = It was made with { $theirs }; this is { $ours }. It may look different.
info-words-missing = It used words that you do not have here: { $words }. They are read as plain text.
info-hypernetworks-missing = It used hypernetworks that are not here: { $names }. They are left out.
info-hypernetworks-changed = It was drawn with other files of the hypernetworks { $names } than those here. It may look different.
info-words-changed = It was drawn with other files of { $words } than those here. It may look different.

## Words

library-title = Your words
library-empty = You have no words yet. Teach one with `/{ command-embed } { command-embed-train }`.
library-nothing-found = No word contains `{ $search }`.
library-page = { $page } of { $pages }
library-line = **{ $name }** · { $vectors ->
    [one] 1 vector
   *[other] { $vectors } vectors
} · { $steps ->
    [one] 1 step
   *[other] { $steps } steps
} · { $owner } · { $sharing }
library-line-untrained = **{ $name }** · { $vectors ->
    [one] 1 vector
   *[other] { $vectors } vectors
} · untrained · { $owner } · { $sharing }
library-line-found = **{ $name }** · from the embeddings folder
library-yours = yours
library-shared = shared here
library-shared-here-too = shared here and with { $servers ->
    [one] 1 other server
   *[other] { $servers } other servers
}
library-shared-elsewhere = shared with { $servers ->
    [one] 1 other server
   *[other] { $servers } other servers
}
library-private = private
library-model = trained on { $model } [{ $hash }]
library-pictures = learned from { $pictures ->
    [one] 1 picture
   *[other] { $pictures } pictures
}
library-from = started from "{ $from }"
library-budget = takes { $vectors } of a prompt's 75 tokens
library-nearest = Several words here are called { $name }. This is { $whose ->
    [own] your own.
   *[server] the one shared with this server.
} Your own comes first, then the server's, then the operator's.
library-now-shared = { $name } can now be used by everybody on this server.
library-now-private = { $name } is yours alone again.

library-line-imported = **{ $name }** · { $vectors ->
    [one] 1 vector
   *[other] { $vectors } vectors
} · imported · { $owner } · { $sharing }
library-found-vectors = { $vectors ->
    [one] 1 vector
   *[other] { $vectors } vectors
} · { $steps ->
    [one] 1 step
   *[other] { $steps } steps
}
library-found-vectors-untold = { $vectors ->
    [one] 1 vector
   *[other] { $vectors } vectors
} · steps unknown
library-origin = from { $origin }
library-note = note: { $note }
library-norm = median length of its vectors: { $norm }
library-hash = file: { $hash }
library-not-readable = Its file cannot be read. { $reason }
library-preview = the newest preview of { $name }

delete-question = Delete **{ $name }** for good? Its file, its runs with their checkpoints and previews are removed here, and nobody can use it any more. What was posted in channels stays, and so do the pictures it was learned from.
deleted = { $name } is deleted.
renamed = { $name } is now called **{ $new-name }**.
copied = **{ $new-name }** is yours: a copy of { $name }, private until you share it.
collision-same = The model reads { $name } and { $other } as the same text, so only one of the two is found in a prompt. Another name would help.
collision-longer = { $longer } contains { $shorter }: where a prompt says { $longer }, that one is used, and where the two cannot be told apart the longer wins.

collision-ordinary = { $name } is a word that the model already knows: in your prompts it now means yours, and it cannot be shared. Another name would help, such as my-{ $name }.

## Import and export

import-done = { $words ->
    [one] Imported, and yours alone until you share it:
   *[other] Imported { $words } words, yours alone until you share them:
}
import-line = ✓ **{ $name }** · { $vectors ->
    [one] 1 vector
   *[other] { $vectors } vectors
} of { $width } numbers · { $steps ->
    [one] 1 step
   *[other] { $steps } steps
}
import-line-untold = ✓ **{ $name }** · { $vectors ->
    [one] 1 vector
   *[other] { $vectors } vectors
} of { $width } numbers · steps unknown
import-cut = A prompt's window holds at most { $limit } vectors: the last { $vectors ->
    [one] one of this word is
   *[other] { $vectors } of this word are
} not used.
import-model = { $name } was trained on { $model }.
import-note = { $note ->
    [in_lora] `{ $file }` is a LoRA with an embedding in it; only the embedding is used.
    [part_unused] `{ $file }` has a part for `{ $name }`, which is not used.
    [output_unused] `{ $file }` holds an output embedding too, which is not used.
    [called] Inside `{ $file }` the word is called `{ $name }`.
   *[joined] `{ $file }` goes together with `{ $name }`.
}
import-more = and { $lines ->
    [one] 1 more line
   *[other] { $lines } more lines
}
export-file = Here is **{ $name }** as { $format }.
export-png = Here is **{ $name }** as a picture. Save the original, not the small preview: resizing destroys what it carries.

## Inspection

inspect-title = **{ $name }** · { $vectors ->
    [one] 1 vector
   *[other] { $vectors } vectors
} · the vocabulary's median length is { $norm }
inspect-tokens = As plain text the name takes { $tokens ->
    [one] 1 token: it is a word that the model knew before, and prompts that mean that one now mean yours.
   *[other] { $tokens } tokens.
}
inspect-vector = { $number } · length { $norm } · near { $nearest }
inspect-vector-moved = { $number } · length { $norm } · moved { $moved } · near { $nearest }
inspect-unanswered = The trainer did not answer in time. Try again.

## Queue

queue-title = Running and waiting
queue-empty = Nothing is running and nothing is waiting.
queue-running-training = ● **{ $name }** · step { $step } of { $steps } · { $left } left
queue-running-training-new = ● **{ $name }** · just begun
queue-paused-training = ⏸ **{ $name }** · paused at step { $step } of { $steps }
queue-running-drawing = ● a picture of yours
queue-waiting-training-new = **{ $name }** · { $place }
queue-waiting-drawing = a picture of yours · { $place }
queue-others-running = { $jobs ->
    [one] 1 job of other people is running
   *[other] { $jobs } jobs of other people are running
}
queue-others-waiting = { $jobs ->
    [one] 1 job of other people is waiting
   *[other] { $jobs } jobs of other people are waiting
}

## Refusals

refusal-not-a-picture = `{ $file }` is not a picture that can be read ({ $kind ->
    [html] it is HTML
    [pdf] it is a PDF
    [zip] it is a ZIP archive
    [text] it is plain text
    [postscript] it is PostScript
    [svg] it is an SVG drawing
    [video] it is a video
    [audio] it is a sound file
    [program] it is a program
   *[unknown] its kind is not known
}). Send PNG, JPEG, WEBP, HEIC, AVIF, GIF, TIFF or BMP.
refusal-kind-not-taken = `{ $file }` is { $kind ->
    [raw] a camera's RAW file
    [burst] a burst of HEIC pictures
    [ico] an ICO picture
    [psd] a Photoshop file
    [jxl] a JPEG XL picture
   *[other] a different kind of picture
}, which is not accepted here. Save it as PNG or JPEG and send that.
refusal-empty-file = `{ $file }` is empty.
refusal-file-too-big = `{ $file }` has { $megabytes } MB; { $limit } MB is the limit here.
refusal-picture-too-big = `{ $file }` has { NUMBER($millions, useGrouping: 0) } million pixels; { $limit } million is the limit here.
refusal-picture-too-small = `{ $file }` is { $width } × { $height } pixels, too small to learn from. Each side needs { $limit } or more.
refusal-picture-too-narrow = `{ $file }` is { $width } × { $height } pixels, too narrow to learn from. Send a crop of it.
refusal-broken-picture = `{ $file }` is damaged, cut off, or saved in an unusual way. Save it again as PNG or JPEG, or send another.
refusal-picture-too-slow = `{ $file }` took more than { $seconds } s to read and was given up on. Save it as a plain PNG or JPEG.
refusal-picture-too-hard = `{ $file }` could not be read safely and was not accepted. Save it as a plain PNG or JPEG.
refusal-not-fetched = `{ $file }` could not be fetched from Discord. Send it again.
refusal-ambiguous-caption = It is not clear which picture `{ $file }` is about: more than one of the files is called `{ $stem }`. Give each its own name.
refusal-draft-gone = What you entered is kept for one day, and is no longer here. Start again with `/{ command-embed } { command-embed-train }` or `/{ command-imagine }`.
refusal-unreadable-draft = What you entered was kept by another release of the bot, and this one cannot read it. Start again with `/{ command-embed } { command-embed-train }` or `/{ command-imagine }`.
refusal-other-release = This belongs to another release of the bot. `/{ command-help }` shows what the one that runs now can do.
refusal-newer-release = This was kept by a newer release of the bot, and the one that runs now cannot read it.
refusal-answered-before = This question has already been answered, or is more than a day old.
refusal-private-chat-closed = Embedsmith cannot write to you privately. Allow direct messages in this server's privacy settings, or choose to have it shown here.
refusal-too-many-pictures = { $pictures } pictures are too many: one run takes { $limit }. The first { $limit } are kept; edit and try again.
refusal-no-pictures = There is no picture to learn from. Add at least one.
refusal-no-space = There is no room left on this server's disk, so nothing was kept. Tell the person who runs the bot.
refusal-textless-picture = `{ $file }` does not say how it was made. Programs write that into the file, but chat programs, websites, screenshots and re-saving remove it. Send the original file.
refusal-bad-name = { $reason ->
    [empty] The name is empty. Write one such as my-cat.
    [long] `{ $name }` is too long for a name: { $limit } characters at most, fewer in some scripts.
    [characters] `{ $name }` cannot be a name: `{ $characters }` is not allowed. Letters, digits, spaces and . _ - are.
    [wordless] `{ $name }` cannot be a name: it needs a letter or a digit.
    [leading-dot] `{ $name }` cannot be a name: it begins with a dot.
    [trailing-dot] `{ $name }` cannot be a name: it ends with a dot.
    [device] `{ $name }` cannot be a name: some computers reserve it. Add a word to it.
   *[prompt-word] `{ $name }` cannot be a name: AND and BREAK in capitals mean something else in a prompt.
}
refusal-name-taken = The name `{ $name }` is taken. Choose another.
refusal-have-one = You already have a word called `{ $name }`. Choose another name.
refusal-shared-already = Another word called `{ $name }` is shared with this server. Give yours another name with `/{ command-embed } { command-embed-rename }` first.
refusal-ordinary-word = `{ $name }` is a word that the model already knows. Shared, it would change the pictures of people who mean that word. Give it another name with `/{ command-embed } { command-embed-rename }` first.
refusal-nothing-called = Nothing here is called `{ $name }`.
refusal-no-file-yet = `{ $name }` has no file yet: it is still being learned.
refusal-not-yours = Only the person who started this can do that.
refusal-no-server-here = A word is shared with a server. Use `/{ command-embed } { command-embed-show }` with `{ $name }` in one of its channels, and press the button there.
refusal-still-learning = `{ $name }` is still being learned. Stop it first.
refusal-not-an-embedding = { $reason ->
    [unsafe] `{ $file }` contains instructions, not only numbers, and was not opened. Ask for a .safetensors file.
    [empty] `{ $file }` is empty.
    [damaged] `{ $file }` is damaged or incomplete. Send it again.
    [not_a_file] `{ $file }` is not a file.
    [cannot_open] `{ $file }` cannot be opened: `{ $name }`.
    [unreadable] `{ $file }` cannot be read at the moment.
    [too_large] `{ $file }` is larger than { $count } MB, which is more than an embedding needs.
    [out_of_time] `{ $file }` took too long to read to its end. Send fewer files at once.
    [out_of_memory] `{ $file }` needs more memory than an embedding may.
    [unknown_kind] `{ $file }` is not a kind of file that embeddings come in, or it is damaged.
    [web_page] `{ $file }` is a web page, probably from a failed download. Download the file itself.
    [lfs_pointer] `{ $file }` is a Git LFS pointer; the real file was not downloaded.
    [other_archive] `{ $file }` is a `{ $name }` archive. Unpack it first.
    [empty_zip] `{ $file }` is an empty ZIP.
    [gguf] `{ $file }` is a GGUF model, not an embedding.
    [lora] `{ $file }` is a LoRA, which changes the model; embeddings are read here.
    [hypernetwork] `{ $file }` is a hypernetwork, which changes the model; embeddings are read here.
    [optimizer] `{ $file }` is an optimizer's state, which goes with an embedding but is not one.
    [model] `{ $file }` is a model or a part of one, not an embedding.
    [other_pickle] `{ $file }` is a pickle, but not one that torch wrote.
    [big_endian] `{ $file }` was written on a big-endian machine, which is not supported.
    [other_records] `{ $file }` has parts that torch does not write.
    [no_embedding] `{ $file }` holds no embedding.
    [more_than_an_embedding] `{ $file }` holds more than an embedding.
    [several_parts] `{ $file }` holds several parts where an embedding has one.
    [several_words] `{ $file }` holds several words where one is expected. Import it to have each of them.
    [uneven_parts] `{ $file }` has { $count } vectors for one text encoder and { $other } for the other.
    [second_half] `{ $file }` holds only the second of SDXL's two parts. Send both files together.
    [half] `{ $file }` holds one half of a word: this model has two text encoders.
    [output_only] `{ $file }` holds an output embedding, which only OneTrainer can use.
    [other_encoder] `{ $file }` was made for `{ $name }`, a text encoder of other models.
    [layers] `{ $file }` holds a vector for each layer of the model (kohya's XTI), which is not supported.
    [other_width] `{ $file }` was made for another model: { $count } numbers a vector, where this one has { $other }.
    [no_vectors] `{ $file }` holds no vectors.
    [not_vectors] `{ $file }` holds numbers that are not a list of vectors.
    [too_many_vectors] `{ $file }` has more than { $count } vectors, which is the limit.
    [whole_numbers] `{ $file }` holds whole numbers where vectors are expected.
    [odd_numbers] `{ $file }` holds numbers of an unsupported kind.
    [not_finite] `{ $file }` holds values that are not finite numbers.
    [picture_plain] `{ $file }` is a picture that carries no embedding. Chat programs take it out; send the original file.
    [picture_lossy] `{ $file }` is a WEBP saved with loss, which destroys an embedding in its pixels. Send the original file.
    [picture_format] `{ $file }` is stored as `{ $name }`; embeddings come in PNG and lossless WEBP only.
    [picture_large] `{ $file }` is a picture of more than { $count } million pixels.
    [picture_damaged] `{ $file }` is a damaged picture.
    [zip_bomb] `{ $file }` unpacks to far more than it should.
    [zip_files] `{ $file }` holds more than { $count } files, which is the limit.
    [zip_names] `{ $file }` contains names that lead out of its folder or are not valid.
    [zip_long_names] `{ $file }` contains names that are too long.
    [zip_link] `{ $file }` has a link in it.
    [zip_doubles] `{ $file }` contains two files with the same name.
    [zip_password] `{ $file }` is locked with a password.
    [zip_packing] `{ $file }` is compressed in an unsupported way. Make it a plain ZIP.
    [zip_nothing] `{ $file }` has no embedding in it.
    [zip_useless] The rest of `{ $file }` was not read: { $count } of its files are of no use here.
    [left_unread] `{ $file }` was not read, because other files sent with it could not be read safely. Send it without them.
    [hub_unreachable] The hub does not offer `{ $file }`, or does not answer.
    [hub_no_file] `{ $file }` has no learned_embeds.bin or .safetensors on the hub that could be downloaded.
    [format_one_encoder] `{ $file }` has parts for two text encoders, which only .safetensors files carry.
    [format_two_encoders] `{ $file }` has a part for one text encoder only, where a pair of files is for two.
    [format_picture] `{ $file }` cannot be drawn on that picture.
    [format_vectors] `{ $file }` has more vectors than a picture can carry.
   *[format_name] `{ $file }` has a name that is too long or not valid for a file. Give it a `name`.
}
refusal-embedding-too-slow = `{ $file }` took more than { $seconds } s to read and was given up on.
refusal-embedding-too-hard = `{ $file }` could not be read safely and was not accepted. Ask for a .safetensors file.
refusal-wrong-model = `{ $name }` was made for { $theirs ->
    [sd1] SD 1
    [sd2] SD 2
    [sdxl] SDXL
   *[other] another model
} ({ $width } numbers a vector); this server's model is { $ours ->
    [sd1] SD 1
    [sd2] SD 2
    [sdxl] SDXL
   *[other] another one
} ({ $here }). Ask for the same word made for it.
refusal-name-for-several = The name `{ $name }` was given for { $words } words. Leave it out, or send one word.
refusal-name-twice = Two of the words here are called `{ $name }`. Send them one after the other, each with a name.
refusal-too-many-words = These files hold { $words } words; { $limit } at a time is the limit.
refusal-nothing-to-import = There is nothing to import. Add a file.
refusal-not-a-concept = `{ $name }` is not the name of a concept. Write it as owner/name, such as sd-concepts-library/cat-toy.
refusal-concepts-not-allowed = Concepts are not downloaded here. Download the file yourself, and send it as file1.
refusal-still-loading = The model is still being loaded. Try again in a moment.
refusal-bad-schedule = `{ $text }` is not a learning rate: { $reason ->
    [empty] it is empty
    [not_a_number] `{ $part }` does not begin with a number
    [not_positive] `{ $part }` does not begin with a number above 0
    [comma] in `{ $part }`, write the number with a point
    [not_a_step] `{ $part }` does not end in a step
    [not_rising] the steps must rise, and `{ $part }` does not
   *[ends_early] it ends before the last of { $steps } steps
}. Example: `0.005:100, 1e-3:1000, 1e-5`.
refusal-bad-setting = { $reason ->
    [unknown] `{ $part }` is not a setting here. The settings are: `{ $known }`.
    [value] `{ $part }` cannot be read. Example: `{ $example }`.
    [pattern] `{ $part }` is not a pattern that can be used. Example: `words \w+`.
   *[range] `{ $part }` must be from { $least } to { $most }.
}
refusal-stray-caption = `{ $file }` is no picture's caption: none of the pictures is called `{ $stem }`.
refusal-unknown-sampler = No sampler or schedule is called `{ $name }`. Choose one from the list.
refusal-unknown-upscaler = `{ $name }` cannot enlarge pictures here. Choose one of: `{ $known }`.
refusal-unreadable-caption = `{ $file }` is not a caption: send plain text in UTF-8, at most { $limit } characters.
refusal-no-number-of-steps = `{ $typed }` is not a number of steps. Write a whole number, such as 400.
refusal-steps-behind = It has already done { $step } steps. Choose more.
refusal-bad-template = { $reason ->
    [empty] The template is empty. Write prompts such as `a photo of [name]`.
    [nameless] `{ $line }` contains neither [name] nor [filewords], so the word would not be learned from it.
    [captionless] With `{ $line }`, the prompt of `{ $picture }` would not contain the word. Write [name] into its caption, or into the template.
   *[unreadable] It is not a text file in UTF-8. Send plain text with one prompt per line.
}
refusal-too-large = { $width } × { $height } is larger than can be made here; { $wide } × { $high } would work.
refusal-bad-size = { $width } × { $height } cannot be drawn: each side is a multiple of { $multiple }, from { $least } to { $most }.
refusal-too-many-steps = { $steps } steps are more than the { $limit } allowed here.
refusal-too-many-vectors = { $vectors } vectors are too many: the limit is { $limit }, as many as one window of a prompt holds.
refusal-empty-start = There is nothing to start from: the initialization text is empty. Write what it is, in words the model knows, such as cat.
refusal-prompt-too-long = The prompt has { $characters } characters; { $limit } is the limit here.
refusal-empty-style = The style is empty. Give it a prompt, a negative prompt, or both.
refusal-no-such-style = No style here is called `{ $name }`. `/{ command-style } { command-style-list }` shows the ones there are.
refusal-style-not-yours = `{ $name }` is somebody else's style. They can delete it, and so can members who may manage this server.
refusal-too-many-styles = There are { $limit } styles here, which is the limit. Delete one with `/{ command-style } { command-style-delete }`.
refusal-styled-prompt-too-long = With its styles the prompt has { $characters } characters; { $limit } is the limit here. Use fewer styles, or write less.
refusal-quota-reached = You have { $limit ->
    [one] 1 job
   *[other] { $limit } jobs
} waiting or running, the limit here. Cancel one with `/{ command-queue }`, or wait until one has ended.
refusal-already-ended = This has already ended.
refusal-forgotten = What this button belonged to is no longer here.
refusal-cannot-post-here = Embedsmith needs this permission in this channel: `{ $permissions }`. Ask its moderators, or use another channel.
refusal-only-age-restricted = What was drawn for an age-restricted channel is shown in such channels only.
refusal-too-busy = The bot is busy at the moment. Try again in a moment.
refusal-cannot-store = { $reason ->
    [full] The disk of this server is full. Nothing is lost, and it goes on by itself; try again later.
    [locked] The database is busy right now. Nothing is lost; try again in a moment.
   *[unwritable] This server's disk cannot be written right now. Nothing is lost, and it goes on by itself; try again later.
}

## Everything else that goes wrong

fault = Something went wrong here, and it is in the log as { $code }. Try again; if it happens again, tell the person who runs the bot.
fault-card = Something went wrong with this card, and it is in the log as { $code }. The job itself goes on.
fault-job = Something went wrong with what you asked for, so it has ended; it is in the log as { $code }. Ask again, or tell the person who runs the bot.
