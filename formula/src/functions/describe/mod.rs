//! What a list of numbers is like: spread, ranks, quantiles, means.
//!
//! Law: in lists texts, booleans and blanks are left out; standing in the formula itself they count as numbers; the
//! functions that end in A count them everywhere (a text as 0). Tests: `spec/statistics.md`.

mod order;
mod spread;

use super::registry::{Function, Gives, Kernel, function};
use crate::eval::{Item, vector::Cell};
use order::{frequency, nth, percent_rank, percentile, quantile, rank, trimmed};
use spread::{
    centre, kurtosis, mean, modes, over, over_all, root, skewness, squares, sum, variance,
};
use table::value::CellError;

const NUM: Cell = Cell::Error(CellError::Num);
const DIV0: Cell = Cell::Error(CellError::Div0);
const NA: Cell = Cell::Error(CellError::Na);

/// Signature, Chinese, English, example.
type Doc = [&'static str; 4];

/// A function of a list of numbers, or of several.
const fn list(
    name: &'static str,
    [signature, zh, en, example]: Doc,
    f: fn(&[Item]) -> Cell,
) -> Function {
    function(
        [name, signature, zh, en, example],
        (1, 255),
        Gives::Number,
        Kernel::Aggregate(f),
    )
}

/// A function of a list and one or two numbers.
const fn with(
    name: &'static str,
    [signature, zh, en, example]: Doc,
    n: (usize, usize),
    f: fn(&[Item]) -> Cell,
) -> Function {
    function(
        [name, signature, zh, en, example],
        n,
        Gives::Number,
        Kernel::Aggregate(f),
    )
}

const STDEV_S: Doc = [
    "STDEV.S(数, …)",
    "样本标准差",
    "The standard deviation of a sample",
    "STDEV.S(1,2,3,4)",
];
const STDEV_P: Doc = [
    "STDEV.P(数, …)",
    "总体标准差",
    "The standard deviation of all",
    "STDEV.P(1,2,3,4)",
];
const VAR_S: Doc = [
    "VAR.S(数, …)",
    "样本方差",
    "The variance of a sample",
    "VAR.S(1,2,3,4)",
];
const VAR_P: Doc = [
    "VAR.P(数, …)",
    "总体方差",
    "The variance of all",
    "VAR.P(1,2,3,4)",
];

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = &[
    list(
        "MEDIAN",
        ["MEDIAN(数, …)", "中位数", "The middle one", "MEDIAN(1,2,9)"],
        |i| {
            over(i, |mut v| match v.len() {
                0 => NUM,
                _ => Cell::finite(quantile(&mut v, 0.5)),
            })
        },
    ),
    list("STDEV.S", STDEV_S, |i| over(i, |v| root(variance(&v, 1.0)))),
    list(
        "STDEV",
        ["STDEV(数, …)", STDEV_S[1], STDEV_S[2], "STDEV(1,2,3,4)"],
        |i| over(i, |v| root(variance(&v, 1.0))),
    ),
    list("STDEV.P", STDEV_P, |i| over(i, |v| root(variance(&v, 0.0)))),
    list(
        "STDEVP",
        ["STDEVP(数, …)", STDEV_P[1], STDEV_P[2], "STDEVP(1,2,3,4)"],
        |i| over(i, |v| root(variance(&v, 0.0))),
    ),
    list("VAR.S", VAR_S, |i| over(i, |v| variance(&v, 1.0))),
    list(
        "VAR",
        ["VAR(数, …)", VAR_S[1], VAR_S[2], "VAR(1,2,3,4)"],
        |i| over(i, |v| variance(&v, 1.0)),
    ),
    list("VAR.P", VAR_P, |i| over(i, |v| variance(&v, 0.0))),
    list(
        "VARP",
        ["VARP(数, …)", VAR_P[1], VAR_P[2], "VARP(1,2,3,4)"],
        |i| over(i, |v| variance(&v, 0.0)),
    ),
    list(
        "STDEVA",
        [
            "STDEVA(值, …)",
            "样本标准差，文本算 0",
            "The standard deviation of a sample; texts are 0",
            "STDEVA({1,2,TRUE})",
        ],
        |i| over_all(i, |v| root(variance(&v, 1.0))),
    ),
    list(
        "STDEVPA",
        [
            "STDEVPA(值, …)",
            "总体标准差，文本算 0",
            "The standard deviation of all; texts are 0",
            "STDEVPA({1,2,TRUE})",
        ],
        |i| over_all(i, |v| root(variance(&v, 0.0))),
    ),
    list(
        "VARA",
        [
            "VARA(值, …)",
            "样本方差，文本算 0",
            "The variance of a sample; texts are 0",
            "VARA({1,2,TRUE})",
        ],
        |i| over_all(i, |v| variance(&v, 1.0)),
    ),
    list(
        "VARPA",
        [
            "VARPA(值, …)",
            "总体方差，文本算 0",
            "The variance of all; texts are 0",
            "VARPA({1,2,TRUE})",
        ],
        |i| over_all(i, |v| variance(&v, 0.0)),
    ),
    list(
        "AVERAGEA",
        [
            "AVERAGEA(值, …)",
            "平均值，文本算 0，是算 1",
            "The mean; texts are 0, TRUE is 1",
            "AVERAGEA({1,\"a\",TRUE})",
        ],
        |i| over_all(i, |v| mean(&v)),
    ),
    list(
        "MAXA",
        [
            "MAXA(值, …)",
            "最大值，文本算 0，是算 1",
            "The largest; texts are 0, TRUE is 1",
            "MAXA({-1,TRUE})",
        ],
        |i| {
            over_all(i, |v| {
                Cell::Number(v.into_iter().reduce(f64::max).unwrap_or(0.0))
            })
        },
    ),
    list(
        "MINA",
        [
            "MINA(值, …)",
            "最小值，文本算 0，是算 1",
            "The smallest; texts are 0, TRUE is 1",
            "MINA({3,\"a\"})",
        ],
        |i| {
            over_all(i, |v| {
                Cell::Number(v.into_iter().reduce(f64::min).unwrap_or(0.0))
            })
        },
    ),
    list(
        "AVEDEV",
        [
            "AVEDEV(数, …)",
            "与平均值的平均距离",
            "The mean distance from the mean",
            "AVEDEV(1,2,3,6)",
        ],
        |i| {
            over(i, |v| match centre(&v) {
                Some(m) => mean(&v.iter().map(|x| (x - m).abs()).collect::<Vec<_>>()),
                None => NUM,
            })
        },
    ),
    list(
        "DEVSQ",
        [
            "DEVSQ(数, …)",
            "与平均值之差的平方和",
            "The sum of squared distances from the mean",
            "DEVSQ(1,2,3)",
        ],
        |i| {
            over(i, |v| match v.len() {
                0 => NUM,
                _ => Cell::finite(squares(&v)),
            })
        },
    ),
    list(
        "GEOMEAN",
        [
            "GEOMEAN(数, …)",
            "几何平均",
            "The geometric mean",
            "GEOMEAN(2,8)",
        ],
        |i| {
            over(i, |v| match v.is_empty() || v.iter().any(|x| *x <= 0.0) {
                true => NUM,
                false => {
                    Cell::finite((v.iter().map(|x| x.ln()).sum::<f64>() / v.len() as f64).exp())
                }
            })
        },
    ),
    list(
        "HARMEAN",
        [
            "HARMEAN(数, …)",
            "调和平均",
            "The harmonic mean",
            "HARMEAN(2,8)",
        ],
        |i| {
            over(i, |v| match v.is_empty() || v.iter().any(|x| *x <= 0.0) {
                true => NUM,
                false => Cell::finite(v.len() as f64 / v.iter().map(|x| 1.0 / x).sum::<f64>()),
            })
        },
    ),
    list(
        "SUMSQ",
        ["SUMSQ(数, …)", "平方和", "The sum of squares", "SUMSQ(3,4)"],
        |i| over(i, |v| Cell::finite(sum(v.iter().map(|x| x * x)))),
    ),
    list(
        "KURT",
        [
            "KURT(数, …)",
            "峰度",
            "The kurtosis of a sample",
            "KURT(3,4,5,2,3,4,5,6,4,7)",
        ],
        |i| over(i, kurtosis),
    ),
    list(
        "SKEW",
        [
            "SKEW(数, …)",
            "偏度（样本）",
            "The skewness of a sample",
            "SKEW(3,4,5,2,3,4,5,6,4,7)",
        ],
        |i| over(i, |v| skewness(&v, true)),
    ),
    list(
        "SKEW.P",
        [
            "SKEW.P(数, …)",
            "偏度（总体）",
            "The skewness of all",
            "SKEW.P(3,4,5,2,3,4,5,6,4,7)",
        ],
        |i| over(i, |v| skewness(&v, false)),
    ),
    list(
        "MODE.SNGL",
        [
            "MODE.SNGL(数, …)",
            "出现最多的数",
            "The most frequent number",
            "MODE.SNGL(1,2,2)",
        ],
        |i| over(i, |v| modes(&v).first().map_or(NA, |x| Cell::Number(*x))),
    ),
    list(
        "MODE",
        [
            "MODE(数, …)",
            "出现最多的数",
            "The most frequent number",
            "MODE(1,2,2)",
        ],
        |i| over(i, |v| modes(&v).first().map_or(NA, |x| Cell::Number(*x))),
    ),
    function(
        [
            "MODE.MULT",
            "MODE.MULT(数, …)",
            "出现最多的各个数",
            "All of the most frequent numbers",
            "MODE.MULT({1,2,2,1,3})",
        ],
        (1, 255),
        Gives::List,
        Kernel::Aggregate(|i| {
            over(i, |v| match modes(&v) {
                found if found.is_empty() => NA,
                found => Cell::array(1, found.into_iter().map(Cell::Number).collect()),
            })
        }),
    ),
    with(
        "LARGE",
        [
            "LARGE(数组, 第几大)",
            "第几大的数",
            "The n-th largest",
            "LARGE({3,1,2},2)",
        ],
        (2, 2),
        |i| nth(i, |n, k| n - k),
    ),
    with(
        "SMALL",
        [
            "SMALL(数组, 第几小)",
            "第几小的数",
            "The n-th smallest",
            "SMALL({3,1,2},2)",
        ],
        (2, 2),
        |i| nth(i, |_, k| k - 1.0),
    ),
    with(
        "PERCENTILE",
        [
            "PERCENTILE(数组, 比例)",
            "百分位数（含端点）",
            "A percentile, ends included",
            "PERCENTILE({1,2,3,4},0.3)",
        ],
        (2, 2),
        |i| percentile(i, false, 1.0),
    ),
    with(
        "PERCENTILE.INC",
        [
            "PERCENTILE.INC(数组, 比例)",
            "百分位数（含端点）",
            "A percentile, ends included",
            "PERCENTILE.INC({1,2,3,4},0.3)",
        ],
        (2, 2),
        |i| percentile(i, false, 1.0),
    ),
    with(
        "PERCENTILE.EXC",
        [
            "PERCENTILE.EXC(数组, 比例)",
            "百分位数（不含端点）",
            "A percentile, ends excluded",
            "PERCENTILE.EXC({1,2,3,4},0.3)",
        ],
        (2, 2),
        |i| percentile(i, true, 1.0),
    ),
    with(
        "QUARTILE",
        [
            "QUARTILE(数组, 第几个)",
            "四分位数（含端点）",
            "A quartile, ends included",
            "QUARTILE({1,2,4,7},1)",
        ],
        (2, 2),
        |i| percentile(i, false, 4.0),
    ),
    with(
        "QUARTILE.INC",
        [
            "QUARTILE.INC(数组, 第几个)",
            "四分位数（含端点）",
            "A quartile, ends included",
            "QUARTILE.INC({1,2,4,7},1)",
        ],
        (2, 2),
        |i| percentile(i, false, 4.0),
    ),
    with(
        "QUARTILE.EXC",
        [
            "QUARTILE.EXC(数组, 第几个)",
            "四分位数（不含端点）",
            "A quartile, ends excluded",
            "QUARTILE.EXC({1,2,4,7},1)",
        ],
        (2, 2),
        |i| percentile(i, true, 4.0),
    ),
    with(
        "PERCENTRANK",
        [
            "PERCENTRANK(数组, 数, [位数])",
            "在全体中的百分比位置（含端点）",
            "The rank as a part of all, ends included",
            "PERCENTRANK({1,2,3,4},2)",
        ],
        (2, 3),
        |i| percent_rank(i, false),
    ),
    with(
        "PERCENTRANK.INC",
        [
            "PERCENTRANK.INC(数组, 数, [位数])",
            "在全体中的百分比位置（含端点）",
            "The rank as a part of all, ends included",
            "PERCENTRANK.INC({1,2,3,4},2)",
        ],
        (2, 3),
        |i| percent_rank(i, false),
    ),
    with(
        "PERCENTRANK.EXC",
        [
            "PERCENTRANK.EXC(数组, 数, [位数])",
            "在全体中的百分比位置（不含端点）",
            "The rank as a part of all, ends excluded",
            "PERCENTRANK.EXC({1,2,3,4},2)",
        ],
        (2, 3),
        |i| percent_rank(i, true),
    ),
    with(
        "RANK",
        [
            "RANK(数, 数组, [升序])",
            "排第几名",
            "The rank among others",
            "RANK(2,{3,2,1})",
        ],
        (2, 3),
        |i| rank(i, false),
    ),
    with(
        "RANK.EQ",
        [
            "RANK.EQ(数, 数组, [升序])",
            "排第几名，并列取最前",
            "The rank among others; equals share the first",
            "RANK.EQ(2,{3,2,2})",
        ],
        (2, 3),
        |i| rank(i, false),
    ),
    with(
        "RANK.AVG",
        [
            "RANK.AVG(数, 数组, [升序])",
            "排第几名，并列取平均",
            "The rank among others; equals share the mean",
            "RANK.AVG(2,{3,2,2})",
        ],
        (2, 3),
        |i| rank(i, true),
    ),
    with(
        "TRIMMEAN",
        [
            "TRIMMEAN(数组, 去掉的比例)",
            "去掉最大和最小的一部分后的平均",
            "The mean without a part of the largest and smallest",
            "TRIMMEAN({1,2,3,100},0.5)",
        ],
        (2, 2),
        trimmed,
    ),
    function(
        [
            "FREQUENCY",
            "FREQUENCY(数组, 分界点)",
            "各区间里有几个",
            "How many lie between the bounds",
            "FREQUENCY({1,2,3},{1,2})",
        ],
        (2, 2),
        Gives::List,
        Kernel::Aggregate(frequency),
    ),
];
