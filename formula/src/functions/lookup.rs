//! Functions over whole columns of a table.

use super::registry::{Function, Gives, Kernel, function};
use crate::eval::lookup::Lookup as L;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::Lookup as K;
    let n = Gives::Number;
    &[
        function(
            [
                "SUMIF",
                "SUMIF(条件列, 条件, [求和列])",
                "按条件求和",
                "Sums by a criterion",
                "SUMIF({1,2,3},\">1\")",
            ],
            (2, 3),
            n,
            K(L::SumIf),
        ),
        function(
            [
                "AVERAGEIF",
                "AVERAGEIF(条件列, 条件, [平均列])",
                "按条件平均",
                "Mean by a criterion",
                "AVERAGEIF({1,2,3},\">1\")",
            ],
            (2, 3),
            n,
            K(L::AverageIf),
        ),
        function(
            [
                "COUNTIF",
                "COUNTIF(列, 条件)",
                "按条件计数",
                "Counts by a criterion",
                "COUNTIF({1,2,3},\">1\")",
            ],
            (2, 2),
            n,
            K(L::CountIf),
        ),
        function(
            [
                "SUMIFS",
                "SUMIFS(求和列, 条件列, 条件, …)",
                "多条件求和",
                "Sums by criteria",
                "SUMIFS({1,2,3},{1,2,3},\">1\")",
            ],
            (3, 255),
            Gives::Argument(0),
            K(L::SumIfs),
        ),
        function(
            [
                "AVERAGEIFS",
                "AVERAGEIFS(平均列, 条件列, 条件, …)",
                "多条件平均",
                "Mean by criteria",
                "AVERAGEIFS({1,2,3},{1,2,3},\">1\")",
            ],
            (3, 255),
            Gives::Argument(0),
            K(L::AverageIfs),
        ),
        function(
            [
                "COUNTIFS",
                "COUNTIFS(条件列, 条件, …)",
                "多条件计数",
                "Counts by criteria",
                "COUNTIFS({1,2,3},\">1\")",
            ],
            (2, 255),
            n,
            K(L::CountIfs),
        ),
        function(
            [
                "MAXIFS",
                "MAXIFS(列, 条件列, 条件, …)",
                "多条件最大值",
                "Largest by criteria",
                "MAXIFS({1,2,3},{1,2,3},\"<3\")",
            ],
            (3, 255),
            Gives::Argument(0),
            K(L::MaxIfs),
        ),
        function(
            [
                "MINIFS",
                "MINIFS(列, 条件列, 条件, …)",
                "多条件最小值",
                "Smallest by criteria",
                "MINIFS({1,2,3},{1,2,3},\">1\")",
            ],
            (3, 255),
            Gives::Argument(0),
            K(L::MinIfs),
        ),
        function(
            [
                "XLOOKUP",
                "XLOOKUP(找什么, 在哪列, 取哪列, [找不到时])",
                "精确查找",
                "Looks up exactly",
                "XLOOKUP(2,{1,2},{\"a\",\"b\"})",
            ],
            (3, 4),
            Gives::Argument(2),
            K(L::XLookup),
        ),
        function(
            [
                "MATCH",
                "MATCH(找什么, 在哪列, 0)",
                "精确查找位置",
                "The position of an exact match",
                "MATCH(2,{1,2},0)",
            ],
            (3, 3),
            n,
            K(L::Match),
        ),
        function(
            [
                "INDEX",
                "INDEX(列, 第几个)",
                "按位置取值",
                "The value at a position",
                "INDEX({5,6},2)",
            ],
            (2, 3),
            Gives::Argument(0),
            K(L::Index),
        ),
        function(
            [
                "LINKED",
                "LINKED([关联字段], 表[字段])",
                "关联记录的字段值；关联多条时连成文字",
                "A field of the linked record; of several, their texts in a row",
                "LINKED([商品],商品[单价])",
            ],
            (2, 2),
            Gives::Linked,
            K(L::Linked),
        ),
        function(
            [
                "ROLLUP",
                "ROLLUP([关联字段], 表[字段], 方式)",
                "汇总关联记录；方式：sum、average、min、max、median、count、distinct、filled、join、unique",
                "Rolls up linked records by sum, average, min, max, median, count, distinct, filled, join or unique",
                "ROLLUP([出入库],出入库[数量],\"sum\")",
            ],
            (3, 3),
            Gives::Rollup,
            K(L::Rollup),
        ),
    ]
};
