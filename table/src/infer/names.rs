//! What a column's name says about its cells. Tests: in [`super`].

pub(super) fn names_a_barcode(name: &str) -> bool {
    has_any(
        name,
        &["条码", "条形码", "69码", "ean", "upc", "barcode", "gtin"],
    )
}

pub(super) fn names_a_phone(name: &str) -> bool {
    let name = name.to_lowercase();
    ["电话", "手机", "phone", "mobile", "whatsapp"]
        .iter()
        .any(|word| name.contains(word))
}

fn has_any(name: &str, words: &[&str]) -> bool {
    let name = name.to_lowercase();
    words.iter().any(|word| name.contains(word))
}

/// Numbers under these names identify something; nobody adds them up.
pub(super) fn names_a_code(name: &str) -> bool {
    const WORDS: [&str; 29] = [
        "货号",
        "款号",
        "编号",
        "编码",
        "条码",
        "条形码",
        "69码",
        "型号",
        "单号",
        "订单号",
        "电话",
        "手机",
        "邮编",
        "身份证",
        "证号",
        "账号",
        "卡号",
        "sku",
        "ean",
        "upc",
        "barcode",
        "item no",
        "item_no",
        "phone",
        "whatsapp",
        "传真",
        "order_no",
        "order no",
        "zip",
    ];
    has_any(name, &WORDS)
}

pub(super) fn names_money(name: &str) -> bool {
    const WORDS: [&str; 13] = [
        "单价",
        "价格",
        "金额",
        "总价",
        "进价",
        "售价",
        "批发价",
        "零售价",
        "成本",
        "price",
        "amount",
        "cost",
        "运费",
    ];
    has_any(name, &WORDS) && !has_any(name, &["usd", "$", "美元", "美金", "率"])
}

pub(super) fn names_a_date(name: &str) -> bool {
    has_any(name, &["日期", "时间", "date", "生日", "到期", "day"])
}

pub(super) fn names_a_choice(name: &str) -> bool {
    const WORDS: [&str; 16] = [
        "状态", "类别", "类目", "类型", "单位", "颜色", "等级", "渠道", "来源", "国家", "材质",
        "status", "category", "type", "unit", "level",
    ];
    has_any(name, &WORDS)
}
