//! Prices, yields and interest of securities, as Excel computes them.
//!
//! Where Excel's documentation leaves a count of days open, the rule is the one that the library
//! ExcelFinancialFunctions (fsprojects, Apache-2.0) found by comparing millions of results with Excel.
//! Tests: `spec/securities.md`.

mod bond;
mod coupons;
mod discount;
mod odd;

use super::{
    arguments::{Given, settle},
    registry::{Function, Gives, Kernel, function},
};

/// Looked up by name in the registry.
pub(crate) const FAMILY: &[Function] = {
    use Kernel::Strict;
    let (n, date) = (Gives::Number, Gives::Date);
    &[
        function(
            [
                "ACCRINT",
                "ACCRINT(发行日, 首次付息日, 成交日, 利率, 面值, 每年付息次数, [日算法], [从发行日算])",
                "定期付息证券的应计利息",
                "Accrued interest of a security that pays interest regularly",
                "ACCRINT(39508,39691,39569,0.1,1000,2,0)",
            ],
            (6, 8),
            n,
            Strict(|a| settle(discount::accrued(Given(a)))),
        ),
        function(
            [
                "ACCRINTM",
                "ACCRINTM(发行日, 到期日, 利率, [面值], [日算法])",
                "到期付息证券的应计利息",
                "Accrued interest of a security that pays interest at maturity",
                "ACCRINTM(39539,39614,0.1,1000,3)",
            ],
            (3, 5),
            n,
            Strict(|a| settle(discount::accrued_at_maturity(Given(a)))),
        ),
        function(
            [
                "COUPDAYBS",
                "COUPDAYBS(成交日, 到期日, 每年付息次数, [日算法])",
                "付息期开始到成交日的天数",
                "Days from the beginning of the coupon period to the settlement",
                "COUPDAYBS(40568,40862,2,1)",
            ],
            (3, 4),
            n,
            Strict(|a| settle(coupons::coupon(a, coupons::days_before))),
        ),
        function(
            [
                "COUPDAYS",
                "COUPDAYS(成交日, 到期日, 每年付息次数, [日算法])",
                "成交日所在付息期的天数",
                "Days of the coupon period around the settlement",
                "COUPDAYS(40568,40862,2,1)",
            ],
            (3, 4),
            n,
            Strict(|a| settle(coupons::coupon(a, |c| c.length()))),
        ),
        function(
            [
                "COUPDAYSNC",
                "COUPDAYSNC(成交日, 到期日, 每年付息次数, [日算法])",
                "成交日到下一个付息日的天数",
                "Days from the settlement to the next coupon",
                "COUPDAYSNC(40568,40862,2,1)",
            ],
            (3, 4),
            n,
            Strict(|a| settle(coupons::coupon(a, coupons::days_after))),
        ),
        function(
            [
                "COUPNCD",
                "COUPNCD(成交日, 到期日, 每年付息次数, [日算法])",
                "成交日后的下一个付息日",
                "The coupon date after the settlement",
                "COUPNCD(40568,40862,2,1)",
            ],
            (3, 4),
            date,
            Strict(|a| settle(coupons::coupon(a, |c| c.next))),
        ),
        function(
            [
                "COUPNUM",
                "COUPNUM(成交日, 到期日, 每年付息次数, [日算法])",
                "成交日到到期日还要付息几次",
                "Coupons between settlement and maturity",
                "COUPNUM(39107,39767,2,1)",
            ],
            (3, 4),
            n,
            Strict(|a| settle(coupons::coupon(a, |c| c.n))),
        ),
        function(
            [
                "COUPPCD",
                "COUPPCD(成交日, 到期日, 每年付息次数, [日算法])",
                "成交日前的上一个付息日",
                "The coupon date on or before the settlement",
                "COUPPCD(40568,40862,2,1)",
            ],
            (3, 4),
            date,
            Strict(|a| settle(coupons::previous_date(a))),
        ),
        function(
            [
                "DISC",
                "DISC(成交日, 到期日, 价格, 赎回值, [日算法])",
                "证券的贴现率",
                "The discount rate of a security",
                "DISC(39107,39248,97.975,100,1)",
            ],
            (4, 5),
            n,
            Strict(|a| settle(discount::disc(Given(a)))),
        ),
        function(
            [
                "INTRATE",
                "INTRATE(成交日, 到期日, 投资额, 赎回值, [日算法])",
                "一次性付息证券的利率",
                "The interest rate of a fully invested security",
                "INTRATE(39493,39583,1000000,1014420,2)",
            ],
            (4, 5),
            n,
            Strict(|a| settle(discount::gain(Given(a)))),
        ),
        function(
            [
                "RECEIVED",
                "RECEIVED(成交日, 到期日, 投资额, 贴现率, [日算法])",
                "一次性付息证券到期收到多少",
                "What is received at maturity",
                "RECEIVED(39493,39583,1000000,0.0575,2)",
            ],
            (4, 5),
            n,
            Strict(|a| settle(discount::received(Given(a)))),
        ),
        function(
            [
                "PRICEDISC",
                "PRICEDISC(成交日, 到期日, 贴现率, 赎回值, [日算法])",
                "贴现证券的价格",
                "The price of a discounted security",
                "PRICEDISC(39494,39508,0.0525,100,2)",
            ],
            (4, 5),
            n,
            Strict(|a| settle(discount::price_disc(Given(a)))),
        ),
        function(
            [
                "YIELDDISC",
                "YIELDDISC(成交日, 到期日, 价格, 赎回值, [日算法])",
                "贴现证券的年收益率",
                "The yearly yield of a discounted security",
                "YIELDDISC(39494,39508,99.795,100,2)",
            ],
            (4, 5),
            n,
            Strict(|a| settle(discount::gain(Given(a)))),
        ),
        function(
            [
                "PRICEMAT",
                "PRICEMAT(成交日, 到期日, 发行日, 利率, 收益率, [日算法])",
                "到期付息证券的价格",
                "The price of a security that pays interest at maturity",
                "PRICEMAT(39493,39551,39397,0.061,0.061,0)",
            ],
            (5, 6),
            n,
            Strict(|a| settle(discount::price_mat(Given(a)))),
        ),
        function(
            [
                "YIELDMAT",
                "YIELDMAT(成交日, 到期日, 发行日, 利率, 价格, [日算法])",
                "到期付息证券的年收益率",
                "The yearly yield of a security that pays interest at maturity",
                "YIELDMAT(39522,39755,39394,0.0625,100.0123,0)",
            ],
            (5, 6),
            n,
            Strict(|a| settle(discount::yield_mat(Given(a)))),
        ),
        function(
            [
                "TBILLEQ",
                "TBILLEQ(成交日, 到期日, 贴现率)",
                "国库券的等效收益率",
                "The bond-equivalent yield of a treasury bill",
                "TBILLEQ(39538,39600,0.0914)",
            ],
            (3, 3),
            n,
            Strict(|a| settle(discount::bill_equivalent(Given(a)))),
        ),
        function(
            [
                "TBILLPRICE",
                "TBILLPRICE(成交日, 到期日, 贴现率)",
                "面值 100 的国库券的价格",
                "The price of a treasury bill per 100",
                "TBILLPRICE(39538,39600,0.09)",
            ],
            (3, 3),
            n,
            Strict(|a| settle(discount::bill_price(Given(a)))),
        ),
        function(
            [
                "TBILLYIELD",
                "TBILLYIELD(成交日, 到期日, 价格)",
                "国库券的收益率",
                "The yield of a treasury bill",
                "TBILLYIELD(39538,39600,98.45)",
            ],
            (3, 3),
            n,
            Strict(|a| settle(discount::bill_yield(Given(a)))),
        ),
        function(
            [
                "PRICE",
                "PRICE(成交日, 到期日, 利率, 收益率, 赎回值, 每年付息次数, [日算法])",
                "定期付息证券的价格",
                "The price of a security that pays interest regularly",
                "PRICE(39493,43054,0.0575,0.065,100,2,0)",
            ],
            (6, 7),
            n,
            Strict(|a| settle(bond::price(Given(a)))),
        ),
        function(
            [
                "YIELD",
                "YIELD(成交日, 到期日, 利率, 价格, 赎回值, 每年付息次数, [日算法])",
                "定期付息证券的收益率",
                "The yield of a security that pays interest regularly",
                "YIELD(39493,42689,0.0575,95.04287,100,2,0)",
            ],
            (6, 7),
            n,
            Strict(|a| settle(bond::yield_of(Given(a)))),
        ),
        function(
            [
                "DURATION",
                "DURATION(成交日, 到期日, 利率, 收益率, 每年付息次数, [日算法])",
                "麦考利久期（年）",
                "Macaulay's duration in years",
                "DURATION(43282,54058,0.08,0.09,2,1)",
            ],
            (5, 6),
            n,
            Strict(|a| settle(bond::duration(Given(a), false))),
        ),
        function(
            [
                "MDURATION",
                "MDURATION(成交日, 到期日, 利率, 收益率, 每年付息次数, [日算法])",
                "修正久期（年）",
                "The modified duration in years",
                "MDURATION(39448,42370,0.08,0.09,2,1)",
            ],
            (5, 6),
            n,
            Strict(|a| settle(bond::duration(Given(a), true))),
        ),
        function(
            [
                "ODDFPRICE",
                "ODDFPRICE(成交日, 到期日, 发行日, 首次付息日, 利率, 收益率, 赎回值, 每年付息次数, [日算法])",
                "首期长短不一的证券的价格",
                "The price of a security with an odd first period",
                "ODDFPRICE(39763,44256,39736,39873,0.0785,0.0625,100,2,1)",
            ],
            (8, 9),
            n,
            Strict(|a| settle(odd::first_price(Given(a)))),
        ),
        function(
            [
                "ODDFYIELD",
                "ODDFYIELD(成交日, 到期日, 发行日, 首次付息日, 利率, 价格, 赎回值, 每年付息次数, [日算法])",
                "首期长短不一的证券的收益率",
                "The yield of a security with an odd first period",
                "ODDFYIELD(39763,44256,39736,39873,0.0575,84.5,100,2,0)",
            ],
            (8, 9),
            n,
            Strict(|a| settle(odd::first_yield(Given(a)))),
        ),
        function(
            [
                "ODDLPRICE",
                "ODDLPRICE(成交日, 到期日, 末次付息日, 利率, 收益率, 赎回值, 每年付息次数, [日算法])",
                "末期长短不一的证券的价格",
                "The price of a security with an odd last period",
                "ODDLPRICE(39485,39614,39370,0.0375,0.0405,100,2,0)",
            ],
            (7, 8),
            n,
            Strict(|a| settle(odd::last_price(Given(a)))),
        ),
        function(
            [
                "ODDLYIELD",
                "ODDLYIELD(成交日, 到期日, 末次付息日, 利率, 价格, 赎回值, 每年付息次数, [日算法])",
                "末期长短不一的证券的收益率",
                "The yield of a security with an odd last period",
                "ODDLYIELD(39558,39614,39440,0.0375,99.875,100,2,0)",
            ],
            (7, 8),
            n,
            Strict(|a| settle(odd::last_yield(Given(a)))),
        ),
        function(
            [
                "DOLLARDE",
                "DOLLARDE(分数写法的价格, 分母)",
                "分数写法的价格变小数",
                "A price written as a fraction, as a decimal",
                "DOLLARDE(1.02,16)",
            ],
            (2, 2),
            n,
            Strict(|a| settle(discount::dollars(Given(a), true))),
        ),
        function(
            [
                "DOLLARFR",
                "DOLLARFR(小数价格, 分母)",
                "小数价格变分数写法",
                "A decimal price, written as a fraction",
                "DOLLARFR(1.125,16)",
            ],
            (2, 2),
            n,
            Strict(|a| settle(discount::dollars(Given(a), false))),
        ),
    ]
};
