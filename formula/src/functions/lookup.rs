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
                "XLOOKUP(找什么, 在哪列, 取哪列, [找不到时], [匹配方式], [查找方式])",
                "查找；匹配：0 精确，-1 或次小，1 或次大，2 通配符；查找：1 从头，-1 从尾，2 升序折半，-2 降序折半",
                "Looks up; match 0 exact, -1 or next smaller, 1 or next larger, 2 wildcards; search 1 from the front, -1 from the back, 2 and -2 by halving",
                "XLOOKUP(2,{1,2},{\"a\",\"b\"})",
            ],
            (3, 6),
            Gives::Argument(2),
            K(L::XLookup),
        ),
        function(
            [
                "VLOOKUP",
                "VLOOKUP(找什么, 几列的数组, 取第几列, [FALSE 精确])",
                "在第一列里查找，取右边的列；几列用 HSTACK(表[货号],表[单价]) 拼成",
                "Looks up in the first column and gives another one; HSTACK puts columns side by side",
                "VLOOKUP(\"b\",{\"a\",1;\"b\",2},2,FALSE)",
            ],
            (3, 4),
            Gives::Found,
            K(L::VLookup),
        ),
        function(
            [
                "HLOOKUP",
                "HLOOKUP(找什么, 几行的数组, 取第几行, [FALSE 精确])",
                "在第一行里查找，取下面的行",
                "Looks up in the first row and gives another one",
                "HLOOKUP(\"b\",{\"a\",\"b\";1,2},2,FALSE)",
            ],
            (3, 4),
            Gives::Found,
            K(L::HLookup),
        ),
        function(
            [
                "LOOKUP",
                "LOOKUP(找什么, 升序的列, [取哪列])",
                "在升序的列里查找不超过它的最大值",
                "The largest one in an ascending column that is not larger",
                "LOOKUP(25,{0,10,20},{\"小\",\"中\",\"大\"})",
            ],
            (2, 3),
            Gives::Found,
            K(L::Lookup),
        ),
        function(
            [
                "MATCH",
                "MATCH(找什么, 在哪列, [0 精确 / 1 升序 / -1 降序])",
                "查找位置；不写第三个参数时按升序找不超过它的最大值",
                "The position of a match; without a third argument, of the largest one not above in an ascending column",
                "MATCH(2,{1,2},0)",
            ],
            (2, 3),
            n,
            K(L::Match),
        ),
        function(
            [
                "XMATCH",
                "XMATCH(找什么, 在哪列, [匹配方式], [查找方式])",
                "查找位置；匹配和查找方式同 XLOOKUP",
                "The position of a match, with the modes of XLOOKUP",
                "XMATCH(4,{1,3,5},1)",
            ],
            (2, 4),
            n,
            K(L::XMatch),
        ),
        function(
            [
                "INDEX",
                "INDEX(数组, 第几行, [第几列], [第几块])",
                "按位置取值；0 表示整行或整列",
                "The value at a position; 0 stands for the whole row or column",
                "INDEX({5,6},2)",
            ],
            (2, 4),
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
