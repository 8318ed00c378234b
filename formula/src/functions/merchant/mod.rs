//! The merchant's own functions: amounts in words, pinyin, barcodes, packing, exchange rates, costs of stock.

pub(crate) mod barcode;
pub(crate) mod container;
pub(crate) mod exchange;
pub(crate) mod packing;
pub(crate) mod pinyin;
pub(crate) mod rmb;
pub(crate) mod running;
