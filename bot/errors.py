"""What a person is told when something cannot be done: one tree, worded by the texts catalogue.

Refusal
├── NotAPicture  KindNotTaken  EmptyFile  FileTooBig  PictureTooBig  PictureTooSmall  PictureTooNarrow
│   BrokenPicture  PictureTooSlow  PictureTooHard  NoPictures  TooManyPictures  NotFetched          (uploads)
│   NoSpace  TextlessPicture
├── BadName  NameTaken  HaveOne  SharedAlready  OrdinaryWord                                       (names)
├── NothingCalled  NoFileYet  NotYours  StillLearning  NoServerHere                               (library)
├── NotAnEmbedding  EmbeddingTooSlow  EmbeddingTooHard  WrongModel                    (embedding files)
│   NameForSeveral  NameTwice  TooManyWords  NothingToImport  NotAConcept  ConceptsNotAllowed
│   StillLoading
├── BadSchedule  BadTemplate  BadSize  TooLarge  TooManySteps  StepsBehind  TooManyVectors         (settings)
│   EmptyStart  PromptTooLong  BadSetting  UnknownSampler  UnknownUpscaler  StrayCaption  AmbiguousCaption
│   UnreadableCaption  NoNumberOfSteps
├── EmptyStyle  NoSuchStyle  StyleNotYours  TooManyStyles  StyledPromptTooLong                    (styles)
└── QuotaReached  AlreadyEnded  Forgotten  DraftGone  AnsweredBefore  PrivateChatClosed           (the service)
    CannotPostHere  OnlyAgeRestricted  CannotStore  TooBusy  UnreadableDraft  NewerRelease  OtherRelease

The docstring of a leaf is an example in English; the catalogues have the words, and `Texts.refusal` fills them in.
"""

from typing import ClassVar, Literal

from trainer.protocol import FileReason

NameFault = Literal["empty", "long", "characters", "wordless", "leading-dot", "trailing-dot", "device", "prompt-word"]
ForeignKind = Literal["html", "pdf", "zip", "text", "postscript", "svg", "video", "audio", "program", "unknown"]
ScheduleFault = Literal["empty", "not_a_number", "not_positive", "not_a_step", "comma", "not_rising", "ends_early"]
"""The problems of trainer.protocol.lr_schedule, which the bot does not import."""
KnownModel = Literal["sd1", "sd2", "sdxl", "other"]
UntakenKind = Literal["raw", "burst", "ico", "psd", "jxl"]
StorageFault = Literal["full", "locked", "unwritable"]


class Refusal(Exception):
    """Base of all: `text_id` names the sentence, `facts` fill it in. Facts are as the person wrote them, unescaped."""

    text_id: ClassVar[str]

    def __init__(self, **facts: str | int | float) -> None:
        super().__init__(self.text_id, facts)
        self.facts = facts


# Uploads ---------------------------------------------------------------------------------------------------------


class NotAPicture(Refusal):
    """`notes.png` is not a picture that can be read (it is HTML). Send PNG, JPEG, WEBP, HEIC or another picture."""

    text_id = "refusal-not-a-picture"

    def __init__(self, *, file: str, kind: ForeignKind) -> None:
        super().__init__(file=file, kind=kind)


class KindNotTaken(Refusal):
    """`cat.nef` is a RAW picture, which is not accepted here. Save it as PNG or JPEG and send that."""

    text_id = "refusal-kind-not-taken"

    def __init__(self, *, file: str, kind: UntakenKind) -> None:
        super().__init__(file=file, kind=kind)


class EmptyFile(Refusal):
    """`cat.png` is empty."""

    text_id = "refusal-empty-file"

    def __init__(self, *, file: str) -> None:
        super().__init__(file=file)


class FileTooBig(Refusal):
    """`cat.png` has 31 MB; 25 MB is the limit here."""

    text_id = "refusal-file-too-big"

    def __init__(self, *, file: str, megabytes: int, limit: int) -> None:
        super().__init__(file=file, megabytes=megabytes, limit=limit)


class PictureTooBig(Refusal):
    """`wall.png` has 900 million pixels; 40 million is the limit here."""

    text_id = "refusal-picture-too-big"

    def __init__(self, *, file: str, millions: int, limit: int) -> None:
        super().__init__(file=file, millions=millions, limit=limit)


class PictureTooSmall(Refusal):
    """`dot.png` is 8 × 8 pixels, too small to learn from. Each side needs 16 or more."""

    text_id = "refusal-picture-too-small"

    def __init__(self, *, file: str, width: int, height: int, limit: int) -> None:
        super().__init__(file=file, width=width, height=height, limit=limit)


class PictureTooNarrow(Refusal):
    """`line.png` is 20 × 40,000 pixels, too narrow to learn from. Send a crop of it."""

    text_id = "refusal-picture-too-narrow"

    def __init__(self, *, file: str, width: int, height: int) -> None:
        super().__init__(file=file, width=width, height=height)


class BrokenPicture(Refusal):
    """`cat.png` is damaged, cut off, or saved in an unusual way. Save it again as PNG or JPEG, or send another."""

    text_id = "refusal-broken-picture"

    def __init__(self, *, file: str) -> None:
        super().__init__(file=file)


class PictureTooSlow(Refusal):
    """`cat.png` took more than 20 s to read and was given up on. Save it as a plain PNG or JPEG."""

    text_id = "refusal-picture-too-slow"

    def __init__(self, *, file: str, seconds: int) -> None:
        super().__init__(file=file, seconds=seconds)


class PictureTooHard(Refusal):
    """`cat.png` could not be read safely and was not accepted. Save it as a plain PNG or JPEG."""

    text_id = "refusal-picture-too-hard"

    def __init__(self, *, file: str) -> None:
        super().__init__(file=file)


class NotFetched(Refusal):
    """`cat.png` could not be fetched from Discord. Send it again."""

    text_id = "refusal-not-fetched"

    def __init__(self, *, file: str) -> None:
        super().__init__(file=file)


class TooManyPictures(Refusal):
    """103 pictures are too many: one run takes 100. The first 100 are kept; edit and try again."""

    text_id = "refusal-too-many-pictures"

    def __init__(self, *, pictures: int, limit: int) -> None:
        super().__init__(pictures=pictures, limit=limit)


class NoPictures(Refusal):
    """There is no picture to learn from. Add at least one."""

    text_id = "refusal-no-pictures"


class NoSpace(Refusal):
    """There is no room left on this server's disk, so nothing was kept. Tell the person who runs the bot."""

    text_id = "refusal-no-space"


class TextlessPicture(Refusal):
    """`cat.png` does not say how it was made. Chat programs and re-saving remove that. Send the original file."""

    text_id = "refusal-textless-picture"

    def __init__(self, *, file: str) -> None:
        super().__init__(file=file)


# Names -----------------------------------------------------------------------------------------------------------


class BadName(Refusal):
    """`my:cat` cannot be a name: `:` is not allowed. Letters, digits, spaces and . _ - are."""

    text_id = "refusal-bad-name"

    def __init__(self, *, name: str, reason: NameFault, characters: str = "", limit: int = 0) -> None:
        super().__init__(name=name, reason=reason, characters=characters, limit=limit)


class NameTaken(Refusal):
    """The name `my-cat` is taken. Choose another."""

    text_id = "refusal-name-taken"

    def __init__(self, *, name: str) -> None:
        super().__init__(name=name)


class HaveOne(Refusal):
    """You already have a word `my-cat`. Choose another name."""

    text_id = "refusal-have-one"

    def __init__(self, *, name: str) -> None:
        super().__init__(name=name)


class SharedAlready(Refusal):
    """This server already has a word `my-cat`, which somebody else shares. Give yours another name first."""

    text_id = "refusal-shared-already"

    def __init__(self, *, name: str) -> None:
        super().__init__(name=name)


class OrdinaryWord(Refusal):
    """`photo` is a word that the model already knows. Shared, it would change the pictures of people who mean it."""

    text_id = "refusal-ordinary-word"

    def __init__(self, *, name: str) -> None:
        super().__init__(name=name)


# Library ---------------------------------------------------------------------------------------------------------


class NothingCalled(Refusal):
    """Nothing here is called `her-dog`."""

    text_id = "refusal-nothing-called"

    def __init__(self, *, name: str) -> None:
        super().__init__(name=name)


class NoFileYet(Refusal):
    """`my-cat` has no file yet: it is still being learned."""

    text_id = "refusal-no-file-yet"

    def __init__(self, *, name: str) -> None:
        super().__init__(name=name)


class NotYours(Refusal):
    """Only the person who started this can do that."""

    text_id = "refusal-not-yours"


class NoServerHere(Refusal):
    """A word is shared with a server. Use `/embed show` with `my-cat` in one of its channels,
    and press the button there.
    """

    text_id = "refusal-no-server-here"

    def __init__(self, *, name: str) -> None:
        super().__init__(name=name)


class StillLearning(Refusal):
    """`my-cat` is still being learned. Stop it first."""

    text_id = "refusal-still-learning"

    def __init__(self, *, name: str) -> None:
        super().__init__(name=name)


# Embedding files -------------------------------------------------------------------------------------------------


class NotAnEmbedding(Refusal):
    """`cool.pt` contains instructions, not only numbers, and was not opened. Ask for a .safetensors file."""

    text_id = "refusal-not-an-embedding"

    def __init__(self, *, file: str, reason: FileReason, name: str = "", count: int = 0, other: int = 0) -> None:
        super().__init__(file=file, reason=reason, name=name, count=count, other=other)


class EmbeddingTooSlow(Refusal):
    """`cool.pt` took more than 20 s to read and was given up on."""

    text_id = "refusal-embedding-too-slow"

    def __init__(self, *, file: str, seconds: int) -> None:
        super().__init__(file=file, seconds=seconds)


class EmbeddingTooHard(Refusal):
    """`cool.pt` could not be read safely and was not accepted."""

    text_id = "refusal-embedding-too-hard"

    def __init__(self, *, file: str) -> None:
        super().__init__(file=file)


class WrongModel(Refusal):
    """`gta` was made for SD 2 (1,024 numbers a vector); this server's model is SD 1 (768)."""

    text_id = "refusal-wrong-model"

    def __init__(self, *, name: str, theirs: KnownModel, width: int, ours: KnownModel, here: int) -> None:
        super().__init__(name=name, theirs=theirs, width=width, ours=ours, here=here)


class NameForSeveral(Refusal):
    """The name `my-cat` was given for 3 words. Leave it out, or send one word."""

    text_id = "refusal-name-for-several"

    def __init__(self, *, name: str, words: int) -> None:
        super().__init__(name=name, words=words)


class NameTwice(Refusal):
    """Two of the files hold a word called `my-cat`."""

    text_id = "refusal-name-twice"

    def __init__(self, *, name: str) -> None:
        super().__init__(name=name)


class TooManyWords(Refusal):
    """These files hold 90 words; 50 at a time is the limit."""

    text_id = "refusal-too-many-words"

    def __init__(self, *, words: int, limit: int) -> None:
        super().__init__(words=words, limit=limit)


class NothingToImport(Refusal):
    """There is nothing to import. Add a file."""

    text_id = "refusal-nothing-to-import"


class NotAConcept(Refusal):
    """`cats` is not the name of a concept. Write it as owner/name, such as sd-concepts-library/cat-toy."""

    text_id = "refusal-not-a-concept"

    def __init__(self, *, name: str) -> None:
        super().__init__(name=name)


class ConceptsNotAllowed(Refusal):
    """Concepts are not downloaded here. Download the file yourself, and send it as file1."""

    text_id = "refusal-concepts-not-allowed"


class StillLoading(Refusal):
    """The model is still being loaded. Try again in a moment."""

    text_id = "refusal-still-loading"


# Settings --------------------------------------------------------------------------------------------------------


class BadSchedule(Refusal):
    """`0.005:100, fast` is not a learning rate: `fast` does not begin with a number."""

    text_id = "refusal-bad-schedule"

    def __init__(self, *, text: str, part: str, reason: ScheduleFault, steps: int) -> None:
        super().__init__(text=text, part=part, reason=reason, steps=steps)


class BadTemplate(Refusal):
    """No line of the template contains [name], so the word would never be learned."""

    text_id = "refusal-bad-template"

    def __init__(
        self, *, line: str, reason: Literal["empty", "nameless", "captionless", "unreadable"], picture: str = ""
    ) -> None:
        super().__init__(line=line, reason=reason, picture=picture)


class TooLarge(Refusal):
    """2,048 × 2,048 is larger than can be made here; 1,024 × 1,024 would work."""

    text_id = "refusal-too-large"

    def __init__(self, *, width: int, height: int, wide: int, high: int) -> None:
        super().__init__(width=width, height=height, wide=wide, high=high)


class BadSize(Refusal):
    """500 × 300 cannot be drawn: each side is a multiple of 8, from 64 to 2,048."""

    text_id = "refusal-bad-size"

    def __init__(self, *, width: int, height: int, multiple: int, least: int, most: int) -> None:
        super().__init__(width=width, height=height, multiple=multiple, least=least, most=most)


class BadSetting(Refusal):
    """`warmup soon` cannot be read. Example: `warmup 20`."""

    text_id = "refusal-bad-setting"

    def __init__(
        self,
        *,
        part: str,
        reason: Literal["unknown", "value", "range", "pattern"],
        example: str = "",
        least: str = "",
        most: str = "",
        known: str = "",
    ) -> None:
        super().__init__(part=part, reason=reason, example=example, least=least, most=most, known=known)


class UnknownSampler(Refusal):
    """No sampler or schedule is called `Euler z`. Choose one from the list."""

    text_id = "refusal-unknown-sampler"

    def __init__(self, *, name: str) -> None:
        super().__init__(name=name)


class UnknownUpscaler(Refusal):
    """`ESRGAN_4x` cannot enlarge pictures here. There are: `Latent, Lanczos`."""

    text_id = "refusal-unknown-upscaler"

    def __init__(self, *, name: str, known: str) -> None:
        super().__init__(name=name, known=known)


class StrayCaption(Refusal):
    """`cat.txt` is no picture's caption: no picture is called cat."""

    text_id = "refusal-stray-caption"

    def __init__(self, *, file: str, stem: str) -> None:
        super().__init__(file=file, stem=stem)


class AmbiguousCaption(Refusal):
    """It is not clear which picture `cat.txt` is about: there is more than one called `cat`."""

    text_id = "refusal-ambiguous-caption"

    def __init__(self, *, file: str, stem: str) -> None:
        super().__init__(file=file, stem=stem)


class UnreadableCaption(Refusal):
    """`cat.txt` is not a text file in UTF-8 of at most 4,000 characters."""

    text_id = "refusal-unreadable-caption"

    def __init__(self, *, file: str, limit: int) -> None:
        super().__init__(file=file, limit=limit)


class StepsBehind(Refusal):
    """It has already done 300 steps. Choose more."""

    text_id = "refusal-steps-behind"

    def __init__(self, *, step: int) -> None:
        super().__init__(step=step)


class NoNumberOfSteps(Refusal):
    """`1e3` is not a number of steps. Write a whole number, such as 400."""

    text_id = "refusal-no-number-of-steps"

    def __init__(self, *, typed: str) -> None:
        super().__init__(typed=typed)


class TooManySteps(Refusal):
    """50,000 steps are more than the 20,000 allowed here."""

    text_id = "refusal-too-many-steps"

    def __init__(self, *, steps: int, limit: int) -> None:
        super().__init__(steps=steps, limit=limit)


class TooManyVectors(Refusal):
    """90 vectors are too many: the limit is 75, as many as one window of a prompt holds."""

    text_id = "refusal-too-many-vectors"

    def __init__(self, *, vectors: int, limit: int) -> None:
        super().__init__(vectors=vectors, limit=limit)


class EmptyStart(Refusal):
    """There is nothing to start from: the initialization text is empty. Write what it is, in words the model knows."""

    text_id = "refusal-empty-start"


class PromptTooLong(Refusal):
    """The prompt has 5,200 characters; 4,000 is the limit here."""

    text_id = "refusal-prompt-too-long"

    def __init__(self, *, characters: int, limit: int) -> None:
        super().__init__(characters=characters, limit=limit)


# Styles ----------------------------------------------------------------------------------------------------------


class EmptyStyle(Refusal):
    """The style is empty. Give it a prompt, a negative prompt, or both."""

    text_id = "refusal-empty-style"


class NoSuchStyle(Refusal):
    """No style here is called `noir`. `/style list` shows the ones there are."""

    text_id = "refusal-no-such-style"

    def __init__(self, *, name: str) -> None:
        super().__init__(name=name)


class StyleNotYours(Refusal):
    """`film` is somebody else's style. They can delete it, and so can members who may manage this server."""

    text_id = "refusal-style-not-yours"

    def __init__(self, *, name: str) -> None:
        super().__init__(name=name)


class TooManyStyles(Refusal):
    """There are 100 styles here, which is the limit. Delete one with `/style delete`."""

    text_id = "refusal-too-many-styles"

    def __init__(self, *, limit: int) -> None:
        super().__init__(limit=limit)


class StyledPromptTooLong(Refusal):
    """With its styles the prompt has 5,200 characters; 4,000 is the limit here. Use fewer styles, or write less."""

    text_id = "refusal-styled-prompt-too-long"

    def __init__(self, *, characters: int, limit: int) -> None:
        super().__init__(characters=characters, limit=limit)


# The service -----------------------------------------------------------------------------------------------------


class QuotaReached(Refusal):
    """You have 3 jobs waiting or running, the limit here. Cancel one with `/queue`, or wait until one has ended."""

    text_id = "refusal-quota-reached"

    def __init__(self, *, limit: int) -> None:
        super().__init__(limit=limit)


class AlreadyEnded(Refusal):
    """This has already ended."""

    text_id = "refusal-already-ended"


class Forgotten(Refusal):
    """What this button belonged to is no longer here."""

    text_id = "refusal-forgotten"


class DraftGone(Refusal):
    """What you entered is kept for one day, and is no longer here. Start again with `/embed train` or `/imagine`."""

    text_id = "refusal-draft-gone"


class UnreadableDraft(Refusal):
    """What you entered was kept by another release of the bot, and this one cannot read it. Begin again."""

    text_id = "refusal-unreadable-draft"


class OtherRelease(Refusal):
    """This belongs to another release of the bot. `/help` shows what the one that runs now can do."""

    text_id = "refusal-other-release"


class NewerRelease(Refusal):
    """This was kept by a newer release of the bot, and the one that runs now cannot read it."""

    text_id = "refusal-newer-release"


class AnsweredBefore(Refusal):
    """This question has already been answered, or is more than a day old."""

    text_id = "refusal-answered-before"


class PrivateChatClosed(Refusal):
    """Embedsmith cannot write to you privately. Allow direct messages from this server, or have it shown here."""

    text_id = "refusal-private-chat-closed"


class CannotPostHere(Refusal):
    """Embedsmith needs this permission in this channel: `Embed Links`. Ask its moderators, or use another channel."""

    text_id = "refusal-cannot-post-here"

    def __init__(self, *, permissions: str) -> None:
        super().__init__(permissions=permissions)


class OnlyAgeRestricted(Refusal):
    """What was drawn for an age-restricted channel is shown in such channels only."""

    text_id = "refusal-only-age-restricted"


class CannotStore(Refusal):
    """The disk of this server is full. Nothing is lost, and it goes on by itself; try again later."""

    text_id = "refusal-cannot-store"

    def __init__(self, *, reason: StorageFault) -> None:
        super().__init__(reason=reason)
        self.reason: StorageFault = reason


class TooBusy(Refusal):
    """The bot is busy at the moment. Try again in a moment."""

    text_id = "refusal-too-busy"
