# 简体中文。编号和变量与 en.ftl 完全一致，由测试保证。
#
# 拒绝语中，用户写的文字放在反引号里；其他地方传入时已转义。

## Quantities

about-moment = 几秒
about-seconds = 约 { $amount } 秒
about-minutes = 约 { $amount } 分钟
about-hours = 约 { $amount } 小时
about-days = 约 { $amount } 天
took-seconds = { $seconds } 秒
took-minutes = { $minutes } 分 { $seconds } 秒
took-hours = { $hours } 小时 { $minutes } 分
place-no-room = 等待服务器磁盘腾出空间
place-in-line = { $form ->
   *[other] 排在第 { $place } 位
}
speed-steps-a-second = 每秒 { $speed } 步
speed-seconds-a-step = 每步 { $speed } 秒

## Commands

command-embed = 嵌入
command-embed-description = 教模型新词，并使用它们
command-embed-create = 新建
command-embed-create-description = 由已有的词新建一个词，不训练
command-embed-train = 训练
command-embed-train-description = 用你自己的图片教一个新词
command-embed-list = 列表
command-embed-list-description = 你能使用的词
command-embed-show = 查看
command-embed-show-description = 一个词的全部信息
command-embed-file = 取文件
command-embed-file-description = 取得一个词的文件
command-embed-stop = 停止
command-embed-stop-description = 停止学习一个词，保留已学到的内容
command-embed-import = 导入
command-embed-import-description = 使用别处制作的词：嵌入文件、带嵌入的图片，或它们的 ZIP
command-embed-rename = 改名
command-embed-rename-description = 给你的一个词换个名称
command-embed-delete = 删除
command-embed-delete-description = 永久删除你的一个词
command-embed-copy = 复制
command-embed-copy-description = 把一个已分享的词复制成你自己的，并取新名称
command-embed-inspect = 检查
command-embed-inspect-description = 词里有什么：最接近的已知词、向量的长度
command-imagine = 画图
command-imagine-description = 画一张图
command-style = 样式
command-style-description = 用一个名称保存提示词片段，供本服务器的所有人使用
command-style-save = 保存
command-style-save-description = 用一个名称保存提示词、反向提示词，或两者
command-style-list = 列表
command-style-list-description = 这里能使用的样式
command-style-delete = 删除
command-style-delete-description = 删除你的一个样式；能管理本服务器的人可删除任何一个
command-picture = 图片
command-picture-description = 图片自带的信息
command-picture-info = 信息
command-picture-info-description = 查看图片文件里记录的生成方式，并照此重画
command-queue = 队列
command-queue-description = 正在运行的、排队的，以及还要多久
command-help = 帮助
command-help-description = Embedsmith 能做什么，从哪里开始

## Options of /embed create and /embed train

option-name = 名称
option-name-description = 新词，例如 my-cat
option-kind = 类型
option-kind-description = 事物或风格；默认是事物
option-from = 初始化文本
option-from-description = 用已有的词说它是什么，例如 cat
option-vectors = 每个标记的向量数
option-vectors-description = 越多细节越丰富，也越占提示词的 75 个标记
option-thoroughness = 细致程度
option-thoroughness-description = 学多久；默认是适中
option-steps = 步数
option-steps-description = 多少步；代替细致程度
option-learning-rate = 学习率
option-learning-rate-description = 一个数，或分段写法，例如 0.005:100, 1e-3:1000, 1e-5
option-template = 模板
option-template-description = 学习时用的提示词：[name] 是这个词，[filewords] 是图片的说明
option-template-file = 模板文件
option-template-file-description = 你自己的模板：文本文件，每行一条提示词
option-preview-prompt = 预览提示词
option-preview-prompt-description = 预览图画什么；默认用训练时的提示词
option-batch-size = 批量大小
option-batch-size-description = 每一步学习几张图片
option-tuning = 微调
option-tuning-description = 供有需要的人使用：flip, cosine, warmup 20, min-snr 5, clip 1, patience 4 …
option-where = 谁能看到
option-where-description = 谁能看到：这里的所有人，还是只有你
choice-here = 这里
choice-me = 只给我
option-picture1 = 图片1
option-picture1-description = 用来学习的图片：PNG、JPEG、WEBP、HEIC、AVIF、GIF、TIFF 或 BMP
option-picture2 = 图片2
option-picture2-description = 第 2 张图片
option-picture3 = 图片3
option-picture3-description = 第 3 张图片
option-picture4 = 图片4
option-picture4-description = 第 4 张图片
option-picture5 = 图片5
option-picture5-description = 第 5 张图片
option-picture6 = 图片6
option-picture6-description = 第 6 张图片
option-picture7 = 图片7
option-picture7-description = 第 7 张图片
option-picture8 = 图片8
option-picture8-description = 第 8 张图片
option-picture9 = 图片9
option-picture9-description = 第 9 张图片
option-picture10 = 图片10
option-picture10-description = 第 10 张图片

choice-subject = 事物
choice-style = 风格
choice-subject-filewords = 事物，带说明
choice-style-filewords = 风格，带说明
choice-quick = 快速
choice-balanced = 适中
choice-thorough = 细致

choice-pt = .pt：web UI、Forge、ComfyUI 使用
choice-bin = .bin：旧版 diffusers 使用
choice-safetensors = .safetensors：diffusers、ComfyUI、Forge、kohya 使用
choice-pair = 两个 .safetensors：diffusers 的 SDXL 使用
choice-png = .png：带着这个词的图片
choice-onetrainer = .safetensors：用于 OneTrainer（SD 1、SD 2）

## Options of the other commands

option-known-name = 名称
option-known-name-description = 哪个词
option-file1 = 文件1
option-file1-description = .pt、.bin、.safetensors、带嵌入的 PNG，或它们的 ZIP
option-file2 = 文件2
option-file2-description = 另一个文件，例如 SDXL 的第二个文件
option-file3 = 文件3
option-file3-description = 第 3 个文件
option-file4 = 文件4
option-file4-description = 第 4 个文件
option-import-name = 名称
option-import-name-description = 这个词叫什么；默认用文件名
option-concept = 概念
option-concept-description = 不用文件，而用 Hugging Face 上的概念，例如 sd-concepts-library/cat-toy
option-note = 备注
option-note-description = 关于它应当知道的事：许可证、作者
option-format = 格式
option-format-description = 给哪个程序用；默认按存放的格式
option-new-name = 新名称
option-new-name-description = 改叫什么
option-search = 搜索
option-search-description = 只列出包含这些文字的词
option-prompt = 提示词
option-prompt-description = 画什么；写上你的词的名称就能用
option-negative-prompt = 反向提示词
option-negative-prompt-description = 不要画什么
option-drawing-steps = 步数
option-drawing-steps-description = 采样步数；默认 20
option-sampler = 采样器
option-sampler-description = 采样器；默认 Euler a
option-cfg-scale = 提示词引导系数
option-cfg-scale-description = CFG Scale：多大程度上遵循提示词；默认 7
option-seed = 种子
option-seed-description = 种子和设置相同，图就相同；默认随机
option-width = 宽度
option-width-description = 像素；默认是模型自己的尺寸
option-height = 高度
option-height-description = 像素；默认是模型自己的尺寸
option-count = 数量
option-count-description = 画几张
option-schedule = 噪声调度
option-schedule-description = 噪声调度；默认使用采样器自己的
option-picture = 图片
option-picture-description = 在这张图片上绘制
option-strength = 重绘幅度
option-strength-description = 这张图片重新绘制多少，0 到 1；默认 0.75
option-settings = 设置
option-settings-description = 供有需要的人使用：hires 1.5, clip-skip 2, rng NV, variation 0.2, ensd 31337 …
option-style = 样式
option-style-description = 一个已保存的样式，或用逗号隔开的几个
option-hypernetwork = 超网络
option-hypernetwork-description = 这里有的超网络，可以带强度：soft:0.8；几个用逗号隔开
option-new-style = 名称
option-new-style-description = 叫什么；会取代你自己的同名样式
option-known-style = 名称
option-known-style-description = 哪个样式
option-style-prompt = 提示词
option-style-prompt-description = 接在使用者所写的内容后面；其中的 {"{prompt}"} 会换成所写的内容
option-style-negative-prompt = 反向提示词
option-style-negative-prompt-description = 反向提示词也是如此
option-info-picture = 图片
option-info-picture-description = 这里、web UI 或同类程序生成的图片的原文件

## Buttons

button-teach = 教一个词
button-draw = 画图
button-my-words = 我的词
button-cancel = 取消
button-stop = 停止
button-pause = 暂停
button-resume = 继续
button-change = 更改…
button-preview-now = 立即预览
button-file = 取文件
button-example-prompts = 查看提示词示例
button-draw-with = 用它画图
button-train-further = 继续训练
button-train = 训练
button-take-new = 使用学到的
button-take-before = 使用之前的
button-share = 分享给本服务器
button-unshare = 改为私有
button-again = 再来一张
button-edit-drawing = 修改
button-settings = 设置
button-variations = 变化
button-larger = 放大
button-draw-over = 以此为起点
button-draw-this = 照此画图
button-delete = 删除
button-inspect = 查看内部
button-delete-word = 永久删除
button-test-1 = 测试：照片
button-test-2 = 测试：油画
button-test-3 = 测试：与树在一起
button-earlier = 上一页
button-later = 下一页

## Help, first contact, consent

help-title = Embedsmith 用你的图片教模型认识新词。
help-text = 起一个名称，给三到十张图片，看着它学会，然后写进提示词：`/{ command-imagine } portrait of my-cat`。词的文件也归你。
help-commands =
    `/{ command-embed } { command-embed-train }` 教一个词 · `/{ command-embed } { command-embed-create }` 由词造词 · `/{ command-embed } { command-embed-import }` 从文件导入
    `/{ command-embed } { command-embed-list }` 你的词 · `/{ command-embed } { command-embed-show }` 其中一个 · `/{ command-embed } { command-embed-file }` 它的文件
    `/{ command-embed } { command-embed-stop }` 停止学习 · `/{ command-queue }` 正在运行和排队的任务
    `/{ command-imagine }` 画图 · `/{ command-style } { command-style-save }` 保存提示词 · `/{ command-picture } { command-picture-info }` 图片是怎么生成的
help-model = 这里的模型：{ $model }
consent-question = 这些图片是你自己的，或者你有权使用吗？它们会存放在这里，只用于训练。{ $where ->
    [me] 词的名称、预览图和文件只在你与本机器人的私聊中给你看。
   *[here] 本频道的其他人会看到词的名称、预览图、曲线和影片，训练结束后也能取走它的文件。
}
consent-button = 是的，是我的，或我有权使用
decline-button = 不是
consent-declined = 没有保留任何内容。
where-question = 到现在为止，**{ $name }** 只给你自己看。这次训练显示在哪里？
where-me-button = 只给我看
where-here-button = 在这里，给所有人看
reading-pictures = 正在读取图片：{ $done } / { $total }
edit-button = 修改后重试
go-on-button = 用其余 { $pictures } 张继续
private-heading = **{ $name }** 在这里学习，只有你能看到。
private-begun = **{ $name }** 正在你的私聊中学习：{ $link }
private-heading-drawn = **{ $name }** 在这里绘制，只有你能看到。
private-drawn = **{ $name }** 正在你的私聊中绘制：{ $link }
card-follows = 已接受。Discord 恢复后会立即显示卡片。
restarted = Embedsmith 在处理时重启了。请再试一次。
restarted-goes-on = Embedsmith 重启过，你的请求仍在继续。卡片已在这个频道，或稍后出现。
list-more = …… 另有 { $items } 个

## Discord 的权限名称

permission-view-channel = 查看频道
permission-send-messages = 发送消息
permission-send-messages-in-threads = 在子区内发送消息
permission-embed-links = 嵌入链接
permission-attach-files = 附加文件
permission-read-message-history = 阅读消息历史记录

## Discord 不能原样接收的文件

file-rename = 请另存为 `{ $file }`：文件名就是词。
fitted-jpeg = { $pictures } 张图片以 JPEG 显示，设置仍在其中：PNG 对这里的一条消息来说太大。
fitted-left-out = 对这里的一条消息来说太大，未附上：{ $files } 个文件。
short-drawing = 画好了，但 Discord 在这里不能用一条消息接收这些图片。按数字按钮可逐张查看。
short-result = Discord 在这里没有接收它的文件。用 `/{ command-embed } { command-embed-file }` 取得词的文件。
short-card = Discord 没有接收这条消息的图片。

## Forms

form-train-title = 教一个词
form-train-further-title = 继续训练 { $name }
form-settings = 设置，每行一项
form-settings-description = 例如 步数: 400。删去的行恢复为默认值。
form-pictures-kept-description = 之前的 { $pictures } 张图片还在。可以再加，也可以不加。
form-draw-title = 画图
form-name = 名称
form-name-description = 新词。可以用文字、数字、空格和 . _ -
form-name-example = my-cat
form-pictures = 图片，最多 10 张
form-pictures-description = 同一事物的不同画面，或同一风格的不同事物。PNG、JPEG、WEBP、HEIC、AVIF、GIF、TIFF 或 BMP。
form-kind = 它是什么？
form-from = 从什么开始（初始化文本）
form-from-description = 用已有的词说它是什么，模型从那里学起。
form-from-example = cat
form-thoroughness = 学得多细致？
form-thoroughness-choice = { $word }：{ $steps } 步
form-where = 它是什么，谁能看到？
choice-subject-here = 事物 · 在本频道显示
choice-subject-me = 事物 · 只给我看
choice-style-here = 风格 · 在本频道显示
choice-style-me = 风格 · 只给我看
form-size = 尺寸
form-size-description = 例如 512x768；留空则用模型自己的尺寸。
form-style = 样式
form-style-description = 样式的名称，用逗号分开。
form-drawing-settings = 设置
form-drawing-settings-description = 高级设置，写成一行：eta 0.5, rng NV, hires 2
form-picture = 在哪张图片上画
form-picture-description = 可以留空。
form-picture-kept-description = 之前的图片还在。发送另一张即可替换。
form-prompt = 提示词
form-prompt-description = 写上你的词的名称就能用。
form-prompt-example = portrait of { $name }
form-negative-prompt = 反向提示词
form-negative-prompt-description = 不要画什么。可以留空。
form-change-title = 更改后继续
form-change-steps = 步数
form-change-steps-description = 整个训练的步数；目前在第 { $step } 步。
form-further-title = 继续训练 { $name }
form-further-steps = 步数
form-further-steps-description = 再训练多少步，图片和设置与上一次相同。
form-further-rate = 学习率
form-further-rate-description = 一个数，或 0.005:100, 1e-3:1000, 1e-5 这样的计划。留空则自动下降。
form-change-rate = 学习率
form-change-rate-description = 一个数字，或一个计划，例如 0.005:100, 1e-3:1000, 1e-5

## Card of a training run

training-waiting = 学习 **{ $name }** · { $place }
training-plan = { $pictures } 张图片 · { $vectors } 个向量，从“{ $from }”开始 · { $steps } 步
training-plan-plain = { $pictures } 张图片 · { $vectors } 个向量 · { $steps } 步
training-plan-further = { $pictures } 张图片 · { $vectors } 个向量，接着已学到的继续 · { $steps } 步
training-own-vectors = { $name } 已经是你的词：它从自己的 { $vectors } 个向量接着学习。你写的起始文字或向量数没有使用。
training-model = 模型：{ $model } [{ $hash }]
training-preparing = ● **{ $name }** · 正在准备图片
training-running = ● **{ $name }** · 第 { $step } 步，共 { $steps } 步
training-running-known = ● **{ $name }** · 第 { $step } 步，共 { $steps } 步 · 剩余时间：{ $left }
training-pausing = ● **{ $name }** · 第 { $step } 步，共 { $steps } 步 · 完成这一步后暂停
training-paused = ⏸ **{ $name }** · 已暂停在第 { $step } 步，共 { $steps } 步
training-resuming = ⏸ **{ $name }** · 从第 { $step } 步继续，共 { $steps } 步
training-stopping = ● **{ $name }** · 第 { $step } 步，共 { $steps } 步 · 完成这一步后停止
training-finished = ✓ **{ $name }** · { $steps } 步，用时 { $took }
training-stopped = **{ $name }** · 停在第 { $step } 步，共 { $steps } 步
stopping = 完成这一步后停止，已学到的内容会保留。
training-cancelled = **{ $name }** · 开始前已取消
training-failed = ✕ **{ $name }** · 停在第 { $step } 步，共 { $steps } 步
training-loss = 损失 { $loss }
training-validation = 验证损失 { $loss }，最佳 { $best }（第 { $at } 步）
training-rate = 学习率 { $rate }
training-sharing = 与另外 { $runs } 个训练共用模型
training-held-back = 有 { $pictures } 张图片不用于学习，只用来测量验证损失。
training-nothing-held-back = 图片太少，无法留出：验证损失在学习所用的图片上测量。
training-no-preview = 第 { $step } 步没有预览：模型给出的值不是数。
training-norm = 向量的长度是模型自身词汇的 { $norm } 倍。倍数很大说明训练过度：请减少步数，或降低学习率。
training-eased-examples = 设备内存不足；现在同样的步骤分成较小的部分完成，每次 { $examples } 张图片。
training-eased-checkpointing = 设备内存不足；有些内容改为重新计算而不保存。速度较慢，结果相同。
training-eased-offloading = 设备内存不足；模型的一部分改放在计算机内存中。预览较慢，结果相同。
training-preview-at = 第 { $step } 步的预览
training-curve = 损失曲线
training-recovered = 训练程序意外停止，已从第 { $step } 步继续。没有丢失任何内容。
training-recovered-start = 训练程序在第一步之前意外停止，已重新开始。
training-begun-again = 只能从第 0 步重新开始，因为保存的内容无法使用：已经不在，或属于另一个模型。丢失了 { $steps } 步。
training-preview-coming = 完成这一步后给出预览。
training-preview-paused = 暂停时不会学习；请先继续。
training-example-prompts = 模型用这样的提示词学习 { $name }：

## End of a training run

result-ready = ✓ **{ $name }** 已学会：{ $steps } 步，用时 { $took }。
result-stopped = **{ $name }** 停在第 { $step } 步。到那时为止学到的内容已保留。
result-best = 最低验证损失：{ $loss }，在第 { $step } 步。
result-best-file = 验证损失最低的第 { $step } 步的文件也附在后面：`{ $file }`。
result-early = 由于验证损失不再下降，训练在第 { $steps } 步之前结束。
result-before-after = 相同提示词、相同种子：训练前与训练后
result-film = 按顺序排列的预览
result-try = 试试：`/{ command-imagine } portrait of { $name }`
result-file-private = 这是 **{ $name }** 在第 { $step } 步的文件。
result-file-untrained = 这是 **{ $name }** 的文件，未经训练。

result-replaced = 这次训练开始时验证损失为 { $before }，现在为 { $after }。
result-stays = **{ $name }** 保持这次训练之前的样子：当时验证损失为 { $before }，现在为 { $after }。学到的内容另存在文件 `{ $file }` 里。
result-unmeasured = **{ $name }** 保持这次训练之前的样子，因为之后没有测量过验证损失。学到的内容另存在文件 `{ $file }` 里。
result-taken-new = **{ $name }** 现在是这次训练学到的样子。
result-taken-before = **{ $name }** 又是这次训练之前的样子了。
start-cut = “{ $from }”有 { $tokens } 个标记，只有前 { $vectors } 个（“{ $used }”）用作了起点。向量数设为 { $tokens } 就能全部用上。
start-shared = “{ $from }”有 { $tokens } 个标记，所以 { $vectors } 个向量中有些起点相同。

## A word made without training

creating-waiting = 新建 **{ $name }** · { $place }
creating-running = ● 正在新建 **{ $name }**
creating-finished = ✓ **{ $name }** 已建好：{ $vectors } 个向量，取自“{ $from }”，未经训练。提示词的 75 个标记还剩 { $left } 个。
creating-cancelled = **{ $name }** · 已取消
creating-failed = ✕ **{ $name }** 未能建成

## Why something failed, and what to change

failure-not-finite = 损失不再是一个数。请降低学习率，例如 { $rate }。
failure-never-finite = 还没有学到任何东西，损失就不是一个数了。请降低学习率，例如 { $rate }。如果没有用，运行机器人的人可以换一种精度（EMBEDSMITH_PRECISION）：bfloat16 或 float32。
failure-picture-not-finite = 模型给出的值不是数，所以没有图片。{ $precision ->
    [float16] 这台服务器用 float16 计算：运行机器人的人可以把 EMBEDSMITH_PRECISION 设为 bfloat16 或 float32。
   *[other] 请降低 CFG scale，换一个采样器，或去掉训练过度的词。
}
failure-out-of-memory = 设备内存不足。请减小批量大小，或缩小图片。
failure-bad-template = 模板无法使用。每条提示词都要有 [name]，写在模板里或图片的说明文字里。
failure-bad-learning-rate = 学习率无法读取。例如：`0.005:100, 1e-3:1000, 1e-5`。
failure-bad-picture = 有一张已存放的图片无法读取。请重新上传图片。
failure-bad-embedding = 这个嵌入无法读取，或是为另一种模型制作的。请换一个名称重新训练。
failure-word-changed = 每次正要画图时，`{ $name }` 的文件都被改动或删除了。请再画一次。
failure-too-large = 这里做不了 { $width } × { $height }；{ $wide } × { $high } 可以。
failure-bad-size = 这个尺寸不适合当前模型。请用 8 的倍数，并接近模型自己的尺寸。
failure-bad-tuning = 有一项训练设置无法使用：{ $error }。请去掉它，或换一种写法。
failure-unknown-sampler = 没有这个采样器。请从列表中选择。
failure-unknown-upscaler = 这里没有这个放大算法。请选 Latent 或 Lanczos。
failure-bad-upscaler = 放大模型 `{ $upscaler }` 不能用：{ $kind ->
    [none] 它的文件读不出能放大图片的网络。
   *[other] 它是 { $kind } 网络，而这里只能读 ESRGAN、Real-ESRGAN 及同类网络。
 }请换一个，或告诉管理这个机器人的人。
failure-prompt-of-too-many-windows = 提示词有 { $tokens } 个标记，占 { $windows } 个 75 标记的窗口；最多 { $most } 个窗口。请写短一些。
failure-prompt-too-long = 提示词对当前模型太长。请写短一些。
failure-disk = 服务器磁盘已满或无法写入。请告诉运行机器人的人，然后再试。
failure-fault = 出错了，日志编号 { $code }。请重新提交，或告诉运行机器人的人。
failure-newer-release = 你的请求由较新版本的机器人保存，之后运行的版本无法读取，因此已经结束；日志编号 { $code }。请重新提交。
failure-internal = 训练程序出错，日志中记为任务 { $job }。请再试一次，或告诉运行机器人的人。
failure-worker-lost = 训练程序连续 { $attempts } 次意外停止，已放弃。请减小批量大小，或告诉运行机器人的人。
failure-kept = 已保留：第 { $step } 步。
failure-nothing-kept = 没有保留任何内容。

## Drawing

drawing-waiting = 画图中… { $place }
drawing-running = 画图中…
drawing-progress = 画图中… 第 { $step } 步，共 { $steps } 步
drawing-words = 用到的词：{ $words }
drawing-word = { $name }（{ $vectors } 个向量）
drawing-word-cut = { $name }（{ $vectors } 个向量中的 { $used } 个）
drawing-tokens = 75 个标记中用了 { $tokens } 个
drawing-windows = { $tokens } 个标记，分为 { $windows } 段，每段 75 个
drawing-failed = ✕ 没有画成。
drawing-stopped = 已取消，没有画图。
drawing-other-model = { $name } 是在 { $trained } [{ $trained-hash }] 上训练的；这里是 { $model } [{ $hash }]，效果可能不同。
drawing-chosen = { $whose ->
    [own] { $name } 用的是 { $owner } 自己的词。这里还有别的同名词。
   *[server] { $name } 用的是分享到本服务器的词。运营者另有一个同名词。
}
drawing-plain-words = 以下不是你在这里能用的词，会当作普通文字处理：{ $names }
drawing-did-you-mean = 没有叫 { $word } 的嵌入。你是想写 { $name } 吗？
drawing-unreadable = { $name } 无法使用：文件已损坏，或是为另一种模型制作的。已当作普通文字处理。请用 `/{ command-embed } { command-embed-show }` 查看它，并导入为这个模型制作的同一个词。
drawing-not-used = 这里不使用：{ $tags }。
drawing-hypernetwork-unknown = { $tag } 未使用：这里没有叫这个名字的超网络。
drawing-hypernetwork-near = { $tag } 未使用：这里没有叫这个名字的超网络。你是想写 { $name } 吗？
drawing-hypernetwork-bad = { $tag } 未使用：该超网络的文件已损坏，或是为另一种模型制作的。具体原因在机器人的日志里，运行机器人的人可以看到。
drawing-read-as = 读作：{ $reading }
drawing-unsafe = 有 { $pictures } 张图片未显示：模型的安全检查器没有让它们通过。请换一个种子或提示词，或在年龄限制频道里画。
drawing-deleted = 图片已删除。

## Styles

style-saved = 已保存 **{ $name }**。{ $whose ->
    [server] 本服务器的所有人都能
   *[private] 你可以在这个私聊里
}用 `/{ command-imagine }` 的 `{ option-style }` 选项使用它。
style-replaced = **{ $name }** 已取代你的同名样式。{ $whose ->
    [server] 本服务器的所有人都能
   *[private] 你可以在这个私聊里
}用 `/{ command-imagine }` 的 `{ option-style }` 选项使用它。
styles-title = 样式
styles-empty = 这里还没有样式。用 `/{ command-style } { command-style-save }` 保存一个。
styles-prompt = 提示词：`{ $prompt }`
styles-negative-prompt = 反向提示词：`{ $prompt }`

## What a picture says of itself

info-steps = { $steps } 步
info-cfg-scale = 提示词引导系数 { $scale }
info-seed = 种子 { $seed }
info-seed-any = 任意种子
info-size-own = 模型自己的尺寸
info-settings = 设置：`{ $settings }`
info-cut = 最后 { $characters } 个字符没有显示。
info-no-settings = 它带有这段文字，但不是可以用来画图的设置。
info-graph = 它由 { $program } 制作，其制作方式的写法在这里无法理解。
info-unknown = 这里没有 { $setting }，改用 { $instead }。
info-any-seed = 它没有这里能用的种子，所以画出来会是另一张图。
info-noise = 它的噪声来自显卡。这里用 NVIDIA 显卡的数来画；原来的也是，才会一致。
info-earlier = 它由较早版本的 Embedsmith 绘制，所以细节会不一样。
info-start = 它是在另一张图片上绘制的（重绘幅度 { $strength }），而文字里没有那张图片。这里只按提示词画，会是另一张图。
info-unused = 这里不使用：{ $settings }。
info-model = 它是用 { $theirs } 画的；这里是 { $ours }，效果可能不同。
info-words-missing = 它用到了你在这里没有的词：{ $words }。它们会当作普通文字处理。
info-hypernetworks-missing = 它用到了这里没有的超网络：{ $names }。它们不会被使用。
info-hypernetworks-changed = 它用到的超网络 { $names } 与这里的文件不同，效果可能不同。
info-words-changed = 它用到的 { $words } 与这里的文件不同，效果可能不同。

## Words

library-title = 你的词
library-empty = 你还没有词。用 `/{ command-embed } { command-embed-train }` 教一个。
library-nothing-found = 没有包含 `{ $search }` 的词。
library-page = 第 { $page } 页，共 { $pages } 页
library-line = **{ $name }** · { $vectors } 个向量 · { $steps } 步 · { $owner } · { $sharing }
library-line-untrained = **{ $name }** · { $vectors } 个向量 · 未训练 · { $owner } · { $sharing }
library-line-found = **{ $name }** · 来自嵌入文件夹
library-yours = 你的
library-shared = 已分享给本服务器
library-shared-here-too = 已分享给本服务器和另外 { $servers } 个服务器
library-shared-elsewhere = 已分享给另外 { $servers } 个服务器
library-private = 私有
library-model = 训练所用模型：{ $model } [{ $hash }]
library-pictures = 学习了 { $pictures } 张图片
library-from = 初始化文本：“{ $from }”
library-budget = 占用提示词 75 个标记中的 { $vectors } 个
library-nearest = 这里有几个词都叫 { $name }。这是{ $whose ->
    [own] 你自己的。
   *[server] 分享到本服务器的。
}先是你自己的，然后是服务器的，最后是运营者的。
library-now-shared = 本服务器的所有人现在都能使用 { $name }。
library-now-private = { $name } 又只归你一个人使用了。

library-line-imported = **{ $name }** · { $vectors } 个向量 · 导入 · { $owner } · { $sharing }
library-found-vectors = { $vectors } 个向量 · { $steps } 步
library-found-vectors-untold = { $vectors } 个向量 · 步数未知
library-origin = 来自 { $origin }
library-note = 备注：{ $note }
library-norm = 向量长度的中位数：{ $norm }
library-hash = 文件：{ $hash }
library-not-readable = 它的文件无法读取。{ $reason }
library-preview = { $name } 最新的预览

delete-question = 永久删除 **{ $name }** 吗？它的文件、训练记录、检查点和预览都会从这里移除，谁也不能再使用它。已发到频道里的内容和学习所用的图片会保留。
deleted = { $name } 已删除。
renamed = { $name } 现在叫 **{ $new-name }**。
copied = **{ $new-name }** 归你了：它是 { $name } 的副本，分享之前只有你能用。
collision-same = 在模型看来 { $name } 和 { $other } 是同样的文字，提示词里只能找到其中一个。最好换个名称。
collision-longer = { $longer } 里含有 { $shorter }：提示词写 { $longer } 时用的是它；分不清时较长的优先。

collision-ordinary = { $name } 是模型本来就认识的词：你的提示词里写到它时，用的都会是你的词，而且它不能分享。换个名称会更好，例如 my-{ $name }。

## Import and export

import-done = 已导入 { $words } 个词，分享之前只有你能用：
import-line = ✓ **{ $name }** · { $vectors } 个向量，每个 { $width } 个数 · { $steps } 步
import-line-untold = ✓ **{ $name }** · { $vectors } 个向量，每个 { $width } 个数 · 步数未知
import-cut = 提示词的一段最多容纳 { $limit } 个向量：这个词的最后 { $vectors } 个用不上。
import-model = { $name } 是在 { $model } 上训练的。
import-note = { $note ->
    [in_lora] `{ $file }` 是带有嵌入的 LoRA；只用其中的嵌入。
    [part_unused] `{ $file }` 有给 `{ $name }` 的部分，没有使用。
    [output_unused] `{ $file }` 还有输出嵌入，没有使用。
    [called] 在 `{ $file }` 里这个词叫 `{ $name }`。
   *[joined] `{ $file }` 与 `{ $name }` 是一对。
}
import-more = 另有 { $lines } 行
export-file = 这是 **{ $name }** 的 { $format } 文件。
export-png = 这是带着 **{ $name }** 的图片。请保存原图，不要保存缩略图：缩放会毁掉其中的内容。

## Inspection

inspect-title = **{ $name }** · { $vectors } 个向量 · 词汇表的长度中位数是 { $norm }
inspect-tokens = 作为普通文字，这个名称占 { $tokens ->
    [1] 1 个标记：它是模型原本就认识的词，写到它的提示词现在都会用你的词。
   *[other] { $tokens } 个标记。
}
inspect-vector = { $number } · 长度 { $norm } · 接近 { $nearest }
inspect-vector-moved = { $number } · 长度 { $norm } · 移动了 { $moved } · 接近 { $nearest }
inspect-unanswered = 训练程序没有及时回答。请再试一次。

## Queue

queue-title = 正在运行和排队的任务
queue-empty = 没有正在运行或排队的任务。
queue-running-training = ● **{ $name }** · 第 { $step } 步，共 { $steps } 步 · 剩余时间：{ $left }
queue-running-training-new = ● **{ $name }** · 刚刚开始
queue-paused-training = ⏸ **{ $name }** · 已暂停在第 { $step } 步，共 { $steps } 步
queue-running-drawing = ● 你的一张图
queue-waiting-training-new = **{ $name }** · { $place }
queue-waiting-drawing = 你的一张图 · { $place }
queue-others-running = 其他人有 { $jobs } 个任务正在运行
queue-others-waiting = 其他人有 { $jobs } 个任务在排队

## Refusals

refusal-not-a-picture = `{ $file }` 不是可以读取的图片（{ $kind ->
    [html] 它是 HTML
    [pdf] 它是 PDF
    [zip] 它是 ZIP 压缩包
    [text] 它是纯文本
    [postscript] 它是 PostScript
    [svg] 它是 SVG 图形
    [video] 它是视频
    [audio] 它是音频
    [program] 它是程序
   *[unknown] 类型不明
}）。请发送 PNG、JPEG、WEBP、HEIC、AVIF、GIF、TIFF 或 BMP。
refusal-kind-not-taken = `{ $file }` 是{ $kind ->
    [raw] 相机的 RAW 文件
    [burst] 一组连拍的 HEIC 图片
    [ico] { " " }ICO 图片
    [psd] { " " }Photoshop 文件
    [jxl] { " " }JPEG XL 图片
   *[other] 其他类型的图片
}，这里不接受。请另存为 PNG 或 JPEG 后发送。
refusal-empty-file = `{ $file }` 是空文件。
refusal-file-too-big = `{ $file }` 有 { $megabytes } MB；这里的上限是 { $limit } MB。
refusal-picture-too-big = `{ $file }` 有 { NUMBER($millions, useGrouping: 0) }00 万像素；这里的上限是 { NUMBER($limit, useGrouping: 0) }00 万像素。
refusal-picture-too-small = `{ $file }` 是 { $width } × { $height } 像素，太小，学不到东西。每边至少 { $limit } 像素。
refusal-picture-too-narrow = `{ $file }` 是 { $width } × { $height } 像素，太窄，学不到东西。请只发送其中一部分。
refusal-broken-picture = `{ $file }` 已损坏、不完整，或保存方式不常见。请另存为 PNG 或 JPEG，或换一张。
refusal-picture-too-slow = `{ $file }` 读取超过 { $seconds } 秒，已放弃。请另存为普通的 PNG 或 JPEG。
refusal-picture-too-hard = `{ $file }` 无法安全读取，未被采用。请另存为普通的 PNG 或 JPEG。
refusal-not-fetched = 无法从 Discord 取得 `{ $file }`。请重新发送。
refusal-ambiguous-caption = 不清楚 `{ $file }` 说的是哪张图片：叫 `{ $stem }` 的文件不止一个。请给每个文件不同的名称。
refusal-draft-gone = 你填写的内容保留一天，现在已经不在了。请用 `/{ command-embed } { command-embed-train }` 或 `/{ command-imagine }` 重新开始。
refusal-unreadable-draft = 你填写的内容由另一个版本的机器人保存，当前版本无法读取。请用 `/{ command-embed } { command-embed-train }` 或 `/{ command-imagine }` 重新开始。
refusal-other-release = 这属于机器人的另一个版本。用 `/{ command-help }` 看看正在运行的版本能做什么。
refusal-newer-release = 这是较新版本的机器人保存的，正在运行的版本无法读取。
refusal-answered-before = 这个问题已经回答过了，或者已超过一天。
refusal-private-chat-closed = Embedsmith 不能给你发私信。请在本服务器的隐私设置中允许私信，或者选择在这里显示。
refusal-too-many-pictures = { $pictures } 张图片太多了：一次训练最多 { $limit } 张。已保留前 { $limit } 张；请修改后重试。
refusal-no-pictures = 没有可供学习的图片。请至少添加一张。
refusal-no-space = 服务器磁盘已满，没有保存任何内容。请告诉运行机器人的人。
refusal-textless-picture = `{ $file }` 里没有生成方式的记录。程序会把它写进文件，但聊天软件、网站、截图和重新保存会把它去掉。请发送原文件。
refusal-bad-name = { $reason ->
    [empty] 名称是空的。请写一个，例如 my-cat。
    [long] `{ $name }` 作为名称太长：最多 { $limit } 个字符，有些文字更少。
    [characters] `{ $name }` 不能用作名称：不能含有 `{ $characters }`。可以用文字、数字、空格和 . _ -
    [wordless] `{ $name }` 不能用作名称：至少要有一个文字或数字。
    [leading-dot] `{ $name }` 不能用作名称：不能以点开头。
    [trailing-dot] `{ $name }` 不能用作名称：不能以点结尾。
    [device] `{ $name }` 不能用作名称：有些电脑把它留作己用。请再加一个词。
   *[prompt-word] `{ $name }` 不能用作名称：大写的 AND 和 BREAK 在提示词里另有含义。
}
refusal-name-taken = 名称 `{ $name }` 已被使用。请换一个。
refusal-have-one = 你已经有一个叫 `{ $name }` 的词了。请换一个名称。
refusal-shared-already = 已有另一个叫 `{ $name }` 的词分享到了本服务器。请先用 `/{ command-embed } { command-embed-rename }` 给你的词换个名称。
refusal-ordinary-word = `{ $name }` 是模型本来就认识的词。分享之后，别人写到这个词时画出的图也会变。请先用 `/{ command-embed } { command-embed-rename }` 换个名称。
refusal-nothing-called = 这里没有叫 `{ $name }` 的词。
refusal-no-file-yet = `{ $name }` 还没有文件：它还在学习中。
refusal-not-yours = 只有发起的人才能这样做。
refusal-no-server-here = 词是分享给服务器的。请在那个服务器的频道里用 `/{ command-embed } { command-embed-show }` 查看 `{ $name }`，再按那里的按钮。
refusal-still-learning = `{ $name }` 还在学习中。请先停止。
refusal-not-an-embedding = { $reason ->
    [unsafe] `{ $file }` 里有指令，不只是数，没有打开。请索取 .safetensors 文件。
    [empty] `{ $file }` 是空文件。
    [damaged] `{ $file }` 已损坏，或没有复制完整。请再发一次。
    [not_a_file] `{ $file }` 不是文件。
    [cannot_open] `{ $file }` 打不开：`{ $name }`。
    [unreadable] `{ $file }` 现在无法读取。
    [too_large] `{ $file }` 超过 { $count } MB，嵌入用不了这么大。
    [out_of_time] `{ $file }` 没有读完：花的时间太长。请一次少发几个文件。
    [out_of_memory] `{ $file }` 需要的内存超过了嵌入可用的上限。
    [unknown_kind] `{ $file }` 不是嵌入会用的文件类型，或已损坏。
    [web_page] `{ $file }` 是网页，下载失败时常会这样。请下载文件本身。
    [lfs_pointer] `{ $file }` 只是 Git LFS 指针，真正的文件没有下载下来。
    [other_archive] `{ $file }` 是 `{ $name }` 压缩包。请先解压。
    [empty_zip] `{ $file }` 是空的 ZIP。
    [gguf] `{ $file }` 是 GGUF 模型，不是嵌入。
    [lora] `{ $file }` 是 LoRA，会改变模型；这里只读嵌入。
    [hypernetwork] `{ $file }` 是超网络，会改变模型；这里只读嵌入。
    [optimizer] `{ $file }` 是优化器的状态，它伴随嵌入，但不是嵌入。
    [model] `{ $file }` 是模型或模型的一部分，不是嵌入。
    [other_pickle] `{ $file }` 是 pickle，但不是 torch 写的。
    [big_endian] `{ $file }` 是在大端机器上写的，不能读取。
    [other_records] `{ $file }` 含有 torch 不会写的部分。
    [no_embedding] `{ $file }` 里没有嵌入。
    [more_than_an_embedding] `{ $file }` 里的内容超出了一个嵌入。
    [several_parts] `{ $file }` 有多个部分，而嵌入只有一个。
    [several_words] `{ $file }` 里有多个词，而这里只能有一个。请导入它，以得到其中每个词。
    [uneven_parts] `{ $file }` 给一个文本编码器 { $count } 个向量，给另一个 { $other } 个。
    [second_half] `{ $file }` 只有 SDXL 两部分中的第二部分。请把两个文件一起发。
    [half] `{ $file }` 只是半个词：这个模型有两个文本编码器。
    [output_only] `{ $file }` 是输出嵌入，只有 OneTrainer 能用。
    [other_encoder] `{ $file }` 是为 `{ $name }` 制作的，那是其他模型的文本编码器。
    [layers] `{ $file }` 给模型的每一层各有一个向量（kohya 的 XTI），不能读取。
    [other_width] `{ $file }` 是为另一种模型制作的：每个向量 { $count } 个数，而这个模型是 { $other } 个。
    [no_vectors] `{ $file }` 里没有向量。
    [not_vectors] `{ $file }` 里的数不是一列向量。
    [too_many_vectors] `{ $file }` 的向量超过 { $count } 个的上限。
    [whole_numbers] `{ $file }` 里是整数，而向量不是整数。
    [odd_numbers] `{ $file }` 里的数是不能读取的种类。
    [not_finite] `{ $file }` 里有不是有限数的值。
    [picture_plain] `{ $file }` 是不带嵌入的图片。聊天软件会把它去掉；请发原文件。
    [picture_lossy] `{ $file }` 是有损的 WEBP，像素里的嵌入已被毁掉。请发原文件。
    [picture_format] `{ $file }` 是 `{ $name }` 格式；嵌入只在 PNG 和无损 WEBP 里。
    [picture_large] `{ $file }` 是超过 { $count } 百万像素的图片。
    [picture_damaged] `{ $file }` 是损坏的图片。
    [zip_bomb] `{ $file }` 解压后远远大于应有的大小。
    [zip_files] `{ $file }` 里的文件超过 { $count } 个的上限。
    [zip_names] `{ $file }` 里有指向文件夹外的名称，或无效的名称。
    [zip_long_names] `{ $file }` 里有太长的名称。
    [zip_link] `{ $file }` 里有链接。
    [zip_doubles] `{ $file }` 里有两个同名文件。
    [zip_password] `{ $file }` 有密码。
    [zip_packing] `{ $file }` 的压缩方式不能读取。请打包成普通的 ZIP。
    [zip_nothing] `{ $file }` 里没有嵌入。
    [zip_useless] `{ $file }` 的其余部分没有读取：其中 { $count } 个文件没有用处。
    [left_unread] `{ $file }` 没有读取，因为同批的文件无法安全读取。请不要和那些文件一起发。
    [hub_unreachable] Hub 上没有可取用的 `{ $file }`，或 Hub 没有响应。
    [hub_no_file] Hub 上的 `{ $file }` 没有可取用的 learned_embeds.bin 或 .safetensors。
    [format_one_encoder] `{ $file }` 有给两个文本编码器的部分，只有 .safetensors 文件能装下。
    [format_two_encoders] `{ $file }` 只有给一个文本编码器的部分，而成对的文件是给两个的。
    [format_picture] `{ $file }` 不能画在那张图片上。
    [format_vectors] `{ $file }` 的向量太多，一张图片装不下。
   *[format_name] `{ $file }` 的名称作为文件名太长或无效。请给出 `name`。
}
refusal-embedding-too-slow = `{ $file }` 读取超过 { $seconds } 秒，已放弃。
refusal-embedding-too-hard = `{ $file }` 无法安全读取，未被采用。请索取 .safetensors 文件。
refusal-wrong-model = `{ $name }` 是为{ $theirs ->
    [sd1] { " " }SD 1{ " " }
    [sd2] { " " }SD 2{ " " }
    [sdxl] { " " }SDXL{ " " }
   *[other] 另一种模型
}制作的（每个向量 { $width } 个数）；这里的模型是{ $ours ->
    [sd1] { " " }SD 1
    [sd2] { " " }SD 2
    [sdxl] { " " }SDXL
   *[other] 别的模型
}（{ $here } 个）。请找为它制作的同一个词。
refusal-name-for-several = 名称 `{ $name }` 只能给一个词，这里有 { $words } 个。请去掉名称，或只发送一个词。
refusal-name-twice = 这里有两个词都叫 `{ $name }`。请分开发送，并各取一个名称。
refusal-too-many-words = 这些文件里有 { $words } 个词；一次最多 { $limit } 个。
refusal-nothing-to-import = 没有可导入的内容。请添加文件。
refusal-not-a-concept = `{ $name }` 不是概念的名称。请写成 所有者/名称，例如 sd-concepts-library/cat-toy。
refusal-concepts-not-allowed = 这里不下载概念。请自己下载文件，再作为文件1发送。
refusal-still-loading = 模型还在加载。请稍后再试。
refusal-bad-schedule = `{ $text }` 不是可用的学习率：{ $reason ->
    [empty] 它是空的
    [not_a_number] `{ $part }` 的开头不是数
    [not_positive] `{ $part }` 的开头不是大于 0 的数
    [comma] `{ $part }` 里的数要用小数点
    [not_a_step] `{ $part }` 的结尾不是步数
    [not_rising] 步数必须递增，而 `{ $part }` 没有
   *[ends_early] 它在全部 { $steps } 步完成之前就结束了
}。例如：`0.005:100, 1e-3:1000, 1e-5`。
refusal-bad-setting = { $reason ->
    [unknown] `{ $part }` 不是可用的设置。可用的有：`{ $known }`。
    [value] 无法读取 `{ $part }`。例如：`{ $example }`。
    [pattern] `{ $part }` 不是可用的模式。例如：`words \w+`。
   *[range] `{ $part }` 必须在 { $least } 到 { $most } 之间。
}
refusal-stray-caption = `{ $file }` 不是任何图片的说明：没有名为 `{ $stem }` 的图片。
refusal-unknown-sampler = 没有名为 `{ $name }` 的采样器或噪声调度。请从列表中选择。
refusal-unknown-upscaler = 这里不能用 `{ $name }` 放大图片。请选其中之一：`{ $known }`。
refusal-unreadable-caption = `{ $file }` 不是说明文字：请发送 UTF-8 纯文本，最多 { $limit } 个字符。
refusal-no-number-of-steps = `{ $typed }` 不是步数。请写一个整数，例如 400。
refusal-steps-behind = 已经完成 { $step } 步。请选择更多步数。
refusal-bad-template = { $reason ->
    [empty] 模板是空的。请写提示词，例如 `a photo of [name]`。
    [nameless] `{ $line }` 里既没有 [name] 也没有 [filewords]，学不到这个词。
    [captionless] 用 `{ $line }` 时，`{ $picture }` 的提示词里没有这个词。请把 [name] 写进它的说明文字或模板。
   *[unreadable] 它不是 UTF-8 文本文件。请发送纯文本，每行一条提示词。
}
refusal-too-large = 这里做不了 { $width } × { $height }；{ $wide } × { $high } 可以。
refusal-bad-size = 画不了 { $width } × { $height }：每边须是 { $multiple } 的倍数，从 { $least } 到 { $most }。
refusal-too-many-steps = { $steps } 步超过了这里允许的 { $limit } 步。
refusal-too-many-vectors = { $vectors } 个向量太多：上限是 { $limit } 个，也就是提示词一段能容纳的数量。
refusal-empty-start = 没有起点：初始化文本是空的。请用已有的词说它是什么，例如 cat。
refusal-prompt-too-long = 提示词有 { $characters } 个字符；这里的上限是 { $limit } 个。
refusal-empty-style = 样式是空的。请写提示词、反向提示词，或两者都写。
refusal-no-such-style = 这里没有叫 `{ $name }` 的样式。用 `/{ command-style } { command-style-list }` 查看已有的样式。
refusal-style-not-yours = `{ $name }` 是别人的样式。只有本人或能管理本服务器的人可以删除。
refusal-too-many-styles = 这里已有 { $limit } 个样式，达到上限。请先用 `/{ command-style } { command-style-delete }` 删除一个。
refusal-styled-prompt-too-long = 加上样式后，提示词有 { $characters } 个字符；这里的上限是 { $limit } 个。请少用样式，或写短一些。
refusal-quota-reached = 你有 { $limit } 个任务在排队或运行，已达上限。用 `/{ command-queue }` 取消一个，或等其中一个结束。
refusal-already-ended = 这个已经结束了。
refusal-forgotten = 这个按钮所属的内容已经不在了。
refusal-cannot-post-here = Embedsmith 在这个频道缺少权限：`{ $permissions }`。请联系频道管理员，或换一个频道。
refusal-only-age-restricted = 为年龄限制频道画的图片，只在这类频道里显示。
refusal-too-busy = 机器人现在很忙。请稍后再试。
refusal-cannot-store = { $reason ->
    [full] 服务器磁盘已满。什么都没有丢失，有空间后会自动继续；请稍后再试。
    [locked] 数据库正忙。什么都没有丢失；请稍候再试。
   *[unwritable] 服务器磁盘暂时无法写入。什么都没有丢失，恢复后会自动继续；请稍后再试。
}

## Everything else that goes wrong

fault = 出错了，日志编号 { $code }。请再试一次；如果仍然如此，请告诉运行机器人的人。
fault-card = 这张卡片出错了，日志编号 { $code }。任务本身照常进行。
fault-job = 你的请求出错，已经结束；日志编号 { $code }。请重新提交，或告诉运行机器人的人。
