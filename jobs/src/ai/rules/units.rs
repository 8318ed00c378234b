//! Units by their spellings in the languages of answers, with what they measure.
//!
//! [`named`] looks up a word, [`leading`] finds a unit at the start of text without blanks. Law: units of one
//! [`Kind`] convert by their factors; counts of different things never do.

/// What a unit measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Length,
    Weight,
    Volume,
    Voltage,
    Power,
    Charge,
    Frequency,
    Celsius,
    Fahrenheit,
    Percent,
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Piece,
    Pack,
    Set,
    Box,
    Dozen,
    Pair,
    Color,
    Layer,
    Roll,
    Carton,
    Yuan,
    Dollar,
    Euro,
    Pound,
    /// “12 pack”: a pack of twelve, or twelve packs.
    PieceOrPack,
    /// A word that is no unit of ours stands right behind the number.
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Unit {
    pub kind: Kind,
    /// Of millimetres, grams, millilitres; else 1 or the usual multiple.
    pub factor: f64,
}

impl Kind {
    /// Things that are counted: a number without a unit may be meant.
    pub fn is_count(self) -> bool {
        use Kind::*;
        matches!(
            self,
            Piece | Pack | Set | Box | Dozen | Pair | Color | Layer | Roll | Carton | PieceOrPack
        )
    }
}

const UNITS: &[(Kind, f64, &str)] = &[
    (
        Kind::Length,
        1.0,
        "mm millimeter millimeters millimetre millimetres milímetro milímetros millimètre millimètres milimeter milimét мм миллиметр миллиметров مم ملم มม มิลลิเมตร 毫米 ミリ 밀리미터 밀리",
    ),
    (
        Kind::Length,
        10.0,
        "cm centimeter centimeters centimetre centimetres centímetro centímetros centimètre centimètres zentimeter sentimeter xentimét см сантиметр сантиметра сантиметров سم سنتيمتر ซม เซนติเมตร 厘米 公分 センチ センチメートル 센티미터 센티 센치",
    ),
    (
        Kind::Length,
        1000.0,
        "m meter meters metre metres metro metros mètre mètres mét м метр метра метров متر أمتار เมตร 米 公尺 メートル 미터",
    ),
    (
        Kind::Length,
        25.4,
        "in inch inches \" ″ pulgada pulgadas polegada polegadas pouce pouces zoll inci дюйм дюйма дюймов بوصة بوصات นิ้ว 英寸 インチ 인치",
    ),
    (
        Kind::Length,
        304.8,
        "ft foot feet pie pies pied pieds fuß pés фут футов قدم ฟุต 英尺 フィート 피트",
    ),
    (Kind::Length, 914.4, "yd yard yards 码长"),
    (
        Kind::Weight,
        1.0,
        "g gram grams gramme grammes gr gramo gramos grama gramas gramm г гр грамм граммов غ غرام جرام กรัม 克 グラム 그램",
    ),
    (
        Kind::Weight,
        1000.0,
        "kg kilogram kilograms kilo kilos kilogramo kilogramos kilogramme kilogrammes quilograma quilogramas quilo quilos kilogramm кг килограмм كغ كجم กก กิโลกรัม 千克 公斤 キロ キログラム 킬로그램",
    ),
    (Kind::Weight, 0.001, "mg milligram milligrams"),
    (
        Kind::Weight,
        28.349523125,
        "oz ounce ounces onza onzas onça onças унция 盎司 オンス 온스",
    ),
    (
        Kind::Weight,
        453.59237,
        "lb lbs pound pounds libra libras livre livres pfund фунт 磅 ポンド 파운드",
    ),
    (Kind::Weight, 500.0, "斤 市斤"),
    (
        Kind::Volume,
        1.0,
        "ml milliliter milliliters millilitre millilitres mililitro mililitros мл миллилитров مل มล มิลลิลิตร 毫升 ミリリットル 밀리리터",
    ),
    (
        Kind::Volume,
        1000.0,
        "l liter liters litre litres litro litros л литр литра литров لتر ลิตร lít 升 公升 リットル 리터",
    ),
    (
        Kind::Voltage,
        1.0,
        "v volt volts voltios вольт в فولت โวลต์ 伏 ボルト 볼트",
    ),
    (
        Kind::Power,
        1.0,
        "w watt watts vatios вт ватт واط วัตต์ 瓦 ワット 와트",
    ),
    (Kind::Charge, 1.0, "mah 毫安时 毫安"),
    (Kind::Frequency, 1.0, "hz hertz"),
    (Kind::Celsius, 1.0, "℃ °c"),
    (Kind::Fahrenheit, 1.0, "℉ °f"),
    (
        Kind::Percent,
        1.0,
        "% ٪ percent prozent процент процентов persen เปอร์เซ็นต์ パーセント 퍼센트",
    ),
    (
        Kind::Year,
        1.0,
        "year years año años an ans jahr jahre jahren ano anos год года лет tahun năm سنة سنوات ปี 年 岁 歳 년 세",
    ),
    (
        Kind::Month,
        1.0,
        "month months mes meses mois monat monate monaten mês месяц месяца месяцев bulan tháng شهر أشهر เดือน 个月 ヶ月 か月 개월",
    ),
    (
        Kind::Day,
        1.0,
        "day days día días jour jours tag tage tagen dia dias день дня дней hari ngày يوم أيام วัน 天 日間",
    ),
    (
        Kind::Hour,
        1.0,
        "h hr hrs hour hours hora horas heure heures stunde stunden час часа часов jam giờ ساعة ساعات ชั่วโมง 小时 時間 시간",
    ),
    (
        Kind::Minute,
        1.0,
        "min mins minute minutes minuto minutos minuten минут menit phút دقيقة นาที 分钟 分間 분",
    ),
    (
        Kind::Second,
        1.0,
        "sec second seconds segundos sekunden secondes секунд 秒",
    ),
    (
        Kind::Piece,
        1.0,
        "pc pcs piece pieces unit units pieza piezas unidad unidades pièce pièces stück stücke teile teilig teiliges peça peças unidade unidades шт штук штуки buah pcs. chiếc cái قطعة قطع ชิ้น อัน 个 個 支 只 件 条 根 枚 片 粒 颗 把 张 点 本 ピース 개 매 피스 sheet sheets hoja hojas feuille feuilles blatt folhas листов lembar tờ แผ่น",
    ),
    (
        Kind::Pack,
        1.0,
        "packs packages package packet packets paquete paquetes paquet paquets packung packungen pacote pacotes пачка пачек упаковка упаковок упаковки bungkus gói عبوة عبوات ห่อ แพ็ค 包 袋 パック 팩 봉지",
    ),
    (
        Kind::Set,
        1.0,
        "set sets juego juegos kit kits ensemble ensembles conjunto conjuntos набор набора наборов bộ طقم أطقم ชุด 套 セット 세트",
    ),
    (
        Kind::Box,
        1.0,
        "box boxes caja cajas boîte boîtes schachtel schachteln caixa caixas коробка коробок коробки kotak hộp علبة علب กล่อง 盒 箱入り 상자 박스",
    ),
    (
        Kind::Carton,
        1.0,
        "carton cartons ctn ctns cartón cartones karton kartons thùng 箱 大箱",
    ),
    (
        Kind::Dozen,
        12.0,
        "dozen dozens dz docena docenas douzaine douzaines dutzend dúzia dúzias дюжина дюжин lusin tá دزينة โหล 打 ダース 다스",
    ),
    (
        Kind::Pair,
        1.0,
        "pair pairs par pares paire paires paar paare пара пары пар pasang đôi cặp زوج أزواج คู่ 双 对 ペア 足 켤레 쌍",
    ),
    (
        Kind::Color,
        1.0,
        "color colors colour colours colores couleur couleurs farbe farben cor cores цвет цвета цветов warna màu لون ألوان สี 色 컬러 색 색상",
    ),
    (
        Kind::Layer,
        1.0,
        "layer layers tier tiers ply capa capas couche couches lage lagen camada camadas слой слоя слоев слоёв lapis lớp طبقة طبقات ชั้น 层 層 겹",
    ),
    (
        Kind::Roll,
        1.0,
        "roll rolls rollo rollos rouleau rouleaux rolle rollen rolo rolos рулон рулонов gulungan cuộn لفة ม้วน 卷 ロール 롤",
    ),
    (Kind::Yuan, 1.0, "元 块钱 rmb cny yuan"),
    (Kind::Dollar, 1.0, "usd dollar dollars 美元"),
    (Kind::Euro, 1.0, "eur euro euros 欧元 €"),
];

/// A unit by its whole name, in lower case.
pub(super) fn named(word: &str) -> Option<Unit> {
    if word.is_empty() {
        return None;
    }
    if word == "pack" {
        return Some(unit(Kind::PieceOrPack, 1.0));
    }
    UNITS
        .iter()
        .find(|(_, _, names)| names.split(' ').any(|name| name == word))
        .map(|(kind, factor, _)| unit(*kind, *factor))
}

/// The longest unit that such text begins with, and its length in characters.
pub(super) fn leading(text: &[char]) -> Option<(Unit, usize)> {
    let mut best: Option<(Unit, usize)> = None;
    for (kind, factor, names) in UNITS {
        for name in names.split(' ').filter(|name| !name.is_ascii()) {
            let n = name.chars().count();
            let is_longer = best.is_none_or(|(_, most)| n > most);
            if is_longer && text.len() >= n && name.chars().zip(text).all(|(a, b)| a == *b) {
                best = Some((unit(*kind, *factor), n));
            }
        }
    }
    best
}

fn unit(kind: Kind, factor: f64) -> Unit {
    Unit { kind, factor }
}
