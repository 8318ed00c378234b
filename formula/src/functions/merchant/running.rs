//! Sums and counts that run over an order, and costs of stock. They read their arguments in all records of the table.

use crate::{
    eval::running::Running,
    functions::registry::{Function, Gives, Kernel, function},
};

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::Running as K;
    let value = Gives::Argument(0);
    &[
        function(
            [
                "RUNNING.SUM",
                "RUNNING.SUM(值, [分组], [顺序], …)",
                "本表里同一分组的记录按顺序累计，加到本条为止；顺序相同时按创建先后",
                "Adds up to this record the records of the same group in an order, then in the order of creation",
                "RUNNING.SUM([数量],[商品],[日期])",
            ],
            (1, 255),
            value,
            K(Running::Sum),
        ),
        function(
            [
                "RUNNING.COUNT",
                "RUNNING.COUNT([分组], [顺序], …)",
                "本条是同一分组里的第几条",
                "Which one of its group this record is, in an order",
                "RUNNING.COUNT([客户],[日期])",
            ],
            (0, 255),
            Gives::Number,
            K(Running::Count),
        ),
        function(
            [
                "RUNNING.AVERAGE",
                "RUNNING.AVERAGE(值, [分组], [顺序], …)",
                "同一分组到本条为止的平均值",
                "Mean of the records of the same group up to this one",
                "RUNNING.AVERAGE([单价],[商品],[日期])",
            ],
            (1, 255),
            value,
            K(Running::Average),
        ),
        function(
            [
                "RUNNING.MIN",
                "RUNNING.MIN(值, [分组], [顺序], …)",
                "同一分组到本条为止的最小值",
                "Smallest of the records of the same group up to this one",
                "RUNNING.MIN([单价],[商品],[日期])",
            ],
            (1, 255),
            value,
            K(Running::Min),
        ),
        function(
            [
                "RUNNING.MAX",
                "RUNNING.MAX(值, [分组], [顺序], …)",
                "同一分组到本条为止的最大值",
                "Largest of the records of the same group up to this one",
                "RUNNING.MAX([单价],[商品],[日期])",
            ],
            (1, 255),
            value,
            K(Running::Max),
        ),
        function(
            [
                "RUNNING.PREVIOUS",
                "RUNNING.PREVIOUS(值, [分组], [顺序], …)",
                "同一分组里上一条的值，例如上次进价；第一条为空",
                "The value of the record before this one in its group; blank in the first",
                "RUNNING.PREVIOUS([单价],[商品],[日期])",
            ],
            (1, 255),
            value,
            K(Running::Previous),
        ),
        function(
            [
                "ALLOCATE",
                "ALLOCATE(总额, 权重, [分组])",
                "把整单的运费、优惠等按权重分摊到同一分组的各条，分到分；除不尽的差额归权重最大的一条",
                "Spreads an amount of a whole document over its lines by weight, to the cent; what is left goes to the greatest line",
                "ALLOCATE([运费],[金额],[单号])",
            ],
            (2, 3),
            value,
            K(Running::Allocate),
        ),
        function(
            [
                "COST.MOVINGAVG",
                "COST.MOVINGAVG(数量, 入库金额, [商品], [顺序], [要什么], [指定单价], [单号], [原单号])",
                "移动加权平均：数量入库为正、出库为负；要什么：\"单价\"（默认）、\"金额\"、\"数量\"（这三个是结存）、\"成本\"（出库成本）、\"变动\"（入库加、出库减的金额）、\"差异\"；填了原单号的退货按原单成本",
                "Moving average: quantities in above, out below 0; gives the \"rate\" (default), \"value\" or \"quantity\" left, the \"cost\" of what went out, the \"change\" or the \"variance\"; a return that names its origin costs what that one did",
                "COST.MOVINGAVG([数量],[金额],[商品],[日期],\"成本\")",
            ],
            (2, 8),
            Gives::Stock,
            K(Running::MovingAverage),
        ),
        function(
            [
                "COST.FIFO",
                "COST.FIFO(数量, 入库金额, [商品], [顺序], [要什么], [指定单价], [单号], [原单号])",
                "先进先出：参数与 COST.MOVINGAVG 相同，先入库的先出",
                "First in, first out; takes the same arguments as COST.MOVINGAVG",
                "COST.FIFO([数量],[金额],[商品],[日期],\"成本\")",
            ],
            (2, 8),
            Gives::Stock,
            K(Running::Fifo),
        ),
    ]
};
