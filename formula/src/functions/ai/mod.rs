//! AI functions: they only build requests. A cell is pending until its answer is there.
//!
//! `inputs` reads the arguments, `prompt` writes the question, `answer` reads the cell out of the stored answer.
//! Law: what stands in cells is data, fenced in the prompt; an answer is a value, never a formula. Tests:
//! `spec/ai-calls.md`, `spec/ai-kinds.md`, `tests/ai_kinds.rs`.

mod answer;
mod inputs;
mod prompt;

use super::registry::{Function, Gives, Kernel, function};
use crate::{
    eval::{
        Context,
        vector::{Cell, Vector},
    },
    plan::Node,
};
pub(crate) use inputs::sought;
use inputs::{Asked, Given};
use table::{
    ai::AiKind,
    expects::Expects,
    rule::{self, AnswerRules},
};

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    &[
        function(
            [
                "AI.TRANSLATE",
                "AI.TRANSLATE(文本, 语言, [要求], [取哪种])",
                "翻译；语言可以写几种（英语,西班牙语），一次问完，第四个参数取其中一种",
                "Translates; several languages may be given, asked at once, the fourth argument takes one of them",
                "AI.TRANSLATE([品名],\"英语\")",
            ],
            (2, 4),
            Gives::Text,
            Kernel::Ai(AiKind::Translate),
        ),
        function(
            [
                "AI.COPY",
                "AI.COPY(资料, …, 要求, [语言])",
                "写文案，最后是要求，后面可以再写语言",
                "Writes copy; the task comes last, a language may follow it",
                "AI.COPY([品名],[材质],\"亚马逊标题\")",
            ],
            (2, 255),
            Gives::LongText,
            Kernel::Ai(AiKind::Copy),
        ),
        function(
            [
                "AI.LISTING",
                "AI.LISTING(部分, 语言, 要求, 资料, …)",
                "写商品文案：标题、卖点、描述、关键词一次问完，几个字段各取一部分，只算一次钱",
                "Writes a listing: title, bullets, description and keywords are asked at once and paid once; each field takes its part",
                "AI.LISTING(\"标题\",\"英语\",\"亚马逊\",[品名],[材质])",
            ],
            (4, 255),
            Gives::LongText,
            Kernel::Ai(AiKind::Listing),
        ),
        function(
            [
                "AI.IMAGE_PROMPT",
                "AI.IMAGE_PROMPT(资料, …, [风格])",
                "写图片提示词",
                "Writes an image prompt",
                "AI.IMAGE_PROMPT([品名],\"白底主图\")",
            ],
            (1, 255),
            Gives::LongText,
            Kernel::Ai(AiKind::ImagePrompt),
        ),
        function(
            [
                "AI.IMAGE",
                "AI.IMAGE(提示词, [参考图], [尺寸], [图上标注])",
                "生成图片，作为附件；第四个参数为 TRUE 时在图上标注“AI生成”",
                "Makes a picture, kept as an attachment; with TRUE as the fourth argument the picture says that AI made it",
                "AI.IMAGE([图片提示词],,\"1024x1024\")",
            ],
            (1, 4),
            Gives::Picture,
            Kernel::Ai(AiKind::Image),
        ),
        function(
            [
                "AI.CLASSIFY",
                "AI.CLASSIFY(资料, …, [选项])",
                "分类，只从选项里选，都不合适就留空；不写选项时用单选字段自己的选项",
                "Classifies: only options that exist, blank if none fits; without options those of the select field itself",
                "AI.CLASSIFY([品名],\"发饰,耳饰,项链\")",
            ],
            (1, 255),
            Gives::Text,
            Kernel::Ai(AiKind::Classify),
        ),
        function(
            [
                "AI.EXTRACT",
                "AI.EXTRACT(文本或图片, 找什么, [类型])",
                "从文字或图片里提取一项；类型：文本、数字、金额、日期、是否，或几个选项",
                "Extracts one thing from a text or picture; types: text, number, currency, date, yesno, or options",
                "AI.EXTRACT([客户留言],\"数量\",\"数字\")",
            ],
            (2, 3),
            Gives::Extracted,
            Kernel::Ai(AiKind::Extract),
        ),
        function(
            [
                "AI.SUMMARIZE",
                "AI.SUMMARIZE(资料, …, [要求])",
                "概括成一两句",
                "Summarises in a sentence or two",
                "AI.SUMMARIZE([客户留言],\"20 字以内\")",
            ],
            (1, 255),
            Gives::LongText,
            Kernel::Ai(AiKind::Summarize),
        ),
        function(
            [
                "AI.REVIEW",
                "AI.REVIEW(图片, [检查什么], [部分])",
                "审图，列出问题和严重程度；部分：\"严重程度\" 或 \"数量\"",
                "Reviews a picture: findings with severity; parts: \"severity\" or \"count\"",
                "AI.REVIEW([主图],\"白底、无文字、无水印\")",
            ],
            (1, 3),
            Gives::Reviewed,
            Kernel::Ai(AiKind::Review),
        ),
        function(
            [
                "AI.ASK",
                "AI.ASK(提示, …)",
                "自由提问：引号里的文字是要求，字段是资料；回答的类型跟字段走",
                "A free prompt: texts in quotes are the request, fields are data; the answer has the field's type",
                "AI.ASK(\"给 \",[品名],\" 起一个英文名\")",
            ],
            (1, 255),
            Gives::LongText,
            Kernel::Ai(AiKind::Ask),
        ),
        function(
            [
                "AI.REPLY",
                "AI.REPLY(来信, [背景], …, [要求])",
                "拟一份回复草稿，用来信的语言",
                "Drafts a reply in the language of the message",
                "AI.REPLY([客户留言],[订单号],\"客气，先道歉\")",
            ],
            (1, 255),
            Gives::LongText,
            Kernel::Ai(AiKind::Reply),
        ),
        function(
            [
                "AI.PART",
                "AI.PART(回答, 部分)",
                "从 JSON 回答里取一部分",
                "Takes one part of an answer in JSON",
                "AI.PART(AI.LISTING(\"\",\"英语\",\"\",[品名],[材质]),\"title\")",
            ],
            (2, 2),
            Gives::LongText,
            Kernel::Strict(answer::part),
        ),
    ]
};

pub(crate) fn call<'a>(context: &mut Context<'a>, kind: AiKind, args: &[Node<'a>]) -> Vector<'a> {
    let vectors: Vec<Vector> = args.iter().map(|arg| context.eval(arg)).collect();
    let cells = (0..context.len())
        .map(|at| one(context, kind, args, &vectors, at))
        .collect();
    Vector::Cells(cells)
}

fn one(context: &mut Context, kind: AiKind, args: &[Node], vectors: &[Vector], at: usize) -> Cell {
    let cells: Vec<Cell> = vectors.iter().map(|vector| vector.get(at)).collect();
    if let Some(stuck) = cells.iter().find(|cell| cell.is_stuck()) {
        return stuck.clone();
    }
    let given: Vec<Given> = args
        .iter()
        .zip(&cells)
        .map(|(arg, cell)| inputs::given(context, arg, cell, at))
        .collect();
    let asked = match inputs::asked(kind, context.wanted, &given) {
        Asked::Nothing => return Cell::Blank,
        Asked::Wrong(error) => return Cell::Error(error),
        Asked::Call(asked) => asked,
    };
    let part = asked.part.clone();
    let asked = ruled(context, args, &given, asked);
    let call = prompt::request(context.input.model, *asked);
    let answer = context.input.answers.answer(&call.key);
    let cell = answer.map(|text| answer::cell(&call, &part, &text));
    context.calls.push((context.position(at), call));
    cell.unwrap_or(Cell::Pending)
}

/// The request with the rules of the field. An answer that several fields share has none of its own.
fn ruled(
    context: &Context,
    args: &[Node],
    given: &[Given],
    mut asked: Box<inputs::Request>,
) -> Box<inputs::Request> {
    let is_shared = matches!(
        asked.expects,
        Expects::Parts { .. } | Expects::Findings | Expects::Picture { .. }
    );
    let Some(ai) = context.ai.filter(|ai| !ai.rules.is_empty() && !is_shared) else {
        return asked;
    };
    let shown = args.iter().zip(given).filter_map(|(arg, given)| match arg {
        Node::Own(field) => Some((field.id, (field.name.clone(), given.shown.clone()))),
        _ => None,
    });
    let rules = AnswerRules {
        rules: rule::resolved(&ai.rules, &shown.collect()),
        retries: ai.retries.unwrap_or(rule::RETRIES).min(rule::MOST_RETRIES),
    };
    asked.inputs.insert(rule::INPUT.into(), rules.to_text());
    asked
}
