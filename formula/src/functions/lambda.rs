//! LET, LAMBDA and the functions that take a lambda. How they compute: [`crate::eval::lambda`].

use super::registry::{Function, Gives, Kernel, function};
use crate::eval::lambda::Binding as B;

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::Binding as K;
    &[
        function(
            [
                "LET",
                "LET(名称, 值, …, 算式)",
                "给中间结果起名字，算式里反复使用，只算一次",
                "Names intermediate results, which are computed once",
                "LET(x,2,x*x+1)",
            ],
            (3, 255),
            Gives::Body,
            K(B::Let),
        ),
        function(
            [
                "LAMBDA",
                "LAMBDA(参数, …, 算式)",
                "自己写一个函数，交给 MAP、REDUCE 等使用，或在后面加括号调用",
                "A function of one's own, for MAP, REDUCE and their kin, or called with brackets behind it",
                "LAMBDA(x,y,x*y)(3,4)",
            ],
            (1, 255),
            Gives::Body,
            K(B::Lambda),
        ),
        function(
            [
                "MAP",
                "MAP(数组, …, LAMBDA)",
                "对每个值各算一次",
                "Computes each value by a lambda",
                "MAP({1,2,3},LAMBDA(x,x*x))",
            ],
            (2, 255),
            Gives::Body,
            K(B::Map),
        ),
        function(
            [
                "REDUCE",
                "REDUCE(初值, 数组, LAMBDA(累计, 值, 算式))",
                "从初值开始逐个累计，得到最后一个结果",
                "Runs over the values with an accumulator and gives the last one",
                "REDUCE(0,{1,2,3},LAMBDA(a,x,a+x))",
            ],
            (3, 3),
            Gives::Body,
            K(B::Reduce),
        ),
        function(
            [
                "SCAN",
                "SCAN(初值, 数组, LAMBDA(累计, 值, 算式))",
                "从初值开始逐个累计，得到每一步的结果",
                "Runs over the values with an accumulator and gives every step",
                "SCAN(0,{1,2,3},LAMBDA(a,x,a+x))",
            ],
            (3, 3),
            Gives::Body,
            K(B::Scan),
        ),
        function(
            [
                "BYROW",
                "BYROW(数组, LAMBDA(行, 算式))",
                "每行各算一个值",
                "One value per row",
                "BYROW({1,2;3,4},LAMBDA(r,SUM(r)))",
            ],
            (2, 2),
            Gives::Body,
            K(B::ByRow),
        ),
        function(
            [
                "BYCOL",
                "BYCOL(数组, LAMBDA(列, 算式))",
                "每列各算一个值",
                "One value per column",
                "BYCOL({1,2;3,4},LAMBDA(c,MAX(c)))",
            ],
            (2, 2),
            Gives::Body,
            K(B::ByCol),
        ),
        function(
            [
                "MAKEARRAY",
                "MAKEARRAY(行数, 列数, LAMBDA(行, 列, 算式))",
                "按行号和列号算出一个数组",
                "An array computed from the numbers of row and column",
                "MAKEARRAY(2,2,LAMBDA(r,c,r*10+c))",
            ],
            (3, 3),
            Gives::Body,
            K(B::MakeArray),
        ),
        function(
            [
                "GROUPBY",
                "GROUPBY(行字段, 值, 函数, [标题], [合计层数], [排序], [筛选], [字段关系])",
                "按字段分组汇总：函数写 SUM、AVERAGE、COUNTA 等的名字，或 LAMBDA",
                "Groups and aggregates: the function is a name such as SUM, or a LAMBDA",
                "GROUPBY({\"a\";\"b\";\"a\"},{1;2;3},SUM)",
            ],
            (3, 8),
            Gives::List,
            K(B::GroupBy),
        ),
        function(
            [
                "PIVOTBY",
                "PIVOTBY(行字段, 列字段, 值, 函数, [标题], [行合计层数], [行排序], [列合计层数], [列排序], [筛选], [对照])",
                "交叉汇总，像数据透视表：一些字段排在行上，一些排在列上",
                "Groups down and across, as a pivot table does",
                "PIVOTBY({\"a\";\"b\"},{\"x\";\"y\"},{1;2},SUM)",
            ],
            (4, 11),
            Gives::List,
            K(B::PivotBy),
        ),
    ]
};
