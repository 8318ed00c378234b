//! Numbers written as words: of the answer's language, and Chinese numerals.
//!
//! Words that also mean something else (“neuf” is new, “una” is an article) are left out.

const WORDS: &[(&str, &str)] = &[
    (
        "en",
        "two=2 three=3 four=4 five=5 six=6 seven=7 eight=8 nine=9 ten=10 eleven=11 twelve=12 thirteen=13 fourteen=14 fifteen=15 sixteen=16 seventeen=17 eighteen=18 nineteen=19 twenty=20 thirty=30 forty=40 fifty=50 sixty=60 seventy=70 eighty=80 ninety=90 hundred=100 thousand=1000 triple=3 dual=2",
    ),
    (
        "es",
        "dos=2 tres=3 cuatro=4 cinco=5 seis=6 siete=7 ocho=8 nueve=9 diez=10 once=11 doce=12 quince=15 veinte=20 treinta=30 cuarenta=40 cincuenta=50 cien=100 mil=1000",
    ),
    (
        "fr",
        "deux=2 trois=3 quatre=4 cinq=5 six=6 sept=7 huit=8 dix=10 onze=11 douze=12 quinze=15 vingt=20 trente=30 quarante=40 cinquante=50 cent=100 mille=1000",
    ),
    (
        "de",
        "zwei=2 drei=3 vier=4 fünf=5 sechs=6 sieben=7 acht=8 neun=9 zehn=10 elf=11 zwölf=12 fünfzehn=15 zwanzig=20 dreißig=30 vierzig=40 fünfzig=50 hundert=100 tausend=1000",
    ),
    (
        "pt",
        "dois=2 duas=2 três=3 quatro=4 cinco=5 seis=6 sete=7 oito=8 nove=9 dez=10 onze=11 doze=12 quinze=15 vinte=20 trinta=30 quarenta=40 cinquenta=50 cem=100 mil=1000",
    ),
    (
        "ru",
        "два=2 две=2 двух=2 три=3 трех=3 трёх=3 четыре=4 четырёх=4 пять=5 пяти=5 шесть=6 шести=6 семь=7 восемь=8 девять=9 десять=10 двенадцать=12 двадцать=20 тридцать=30 сто=100 тысяча=1000",
    ),
    (
        "id",
        "dua=2 tiga=3 empat=4 lima=5 enam=6 tujuh=7 delapan=8 sembilan=9 sepuluh=10 seratus=100 seribu=1000",
    ),
    ("vi", "hai=2 bốn=4 sáu=6 bảy=7 tám=8 mười=10"),
    (
        "ar",
        "اثنان=2 اثنين=2 قطعتان=2 قطعتين=2 ثلاثة=3 ثلاث=3 أربعة=4 أربع=4 خمسة=5 خمس=5 ستة=6 سبعة=7 ثمانية=8 تسعة=9 عشرة=10 عشر=10",
    ),
    (
        "th",
        "สอง=2 สาม=3 สี่=4 ห้าชิ้น=5 หกชิ้น=6 เจ็ด=7 แปด=8 เก้าชิ้น=9 สิบ=10",
    ),
    (
        "ko",
        "두개=2 세개=3 네개=4 다섯=5 여섯=6 일곱=7 여덟=8 아홉=9",
    ),
];

/// A number word of a language (`en`, …) or of English, in lower case.
pub(super) fn value(word: &str, language: &str) -> Option<f64> {
    let of = |wanted: &str| {
        let (_, list) = WORDS.iter().find(|(code, _)| *code == wanted)?;
        let mut pairs = list.split(' ').filter_map(|pair| pair.split_once('='));
        let (_, value) = pairs.find(|(name, _)| *name == word)?;
        value.parse().ok()
    };
    of(language).or_else(|| of("en"))
}

/// Number words of a language without blanks, in a run of its letters.
pub(super) fn within(run: &str, language: &str) -> Vec<(String, f64)> {
    if !matches!(language, "th" | "ko") {
        return Vec::new();
    }
    let list = WORDS.iter().find(|(code, _)| *code == language);
    let pairs = list.map(|(_, list)| list.split(' ')).into_iter().flatten();
    pairs
        .filter_map(|pair| pair.split_once('='))
        .filter(|(name, _)| run.contains(name))
        .filter_map(|(name, value)| Some((name.to_owned(), value.parse().ok()?)))
        .collect()
}

/// “twenty-four”, “one hundred”: words one after the other make one number.
pub(super) fn combined(sum: f64, next: f64) -> Option<f64> {
    match () {
        () if next >= 100.0 && sum < next => Some(sum * next),
        () if (20.0..100.0).contains(&sum) && next < 10.0 && sum % 10.0 == 0.0 => Some(sum + next),
        () if sum >= 100.0 && next < 100.0 => Some(sum + next),
        () => None,
    }
}

pub(super) fn is_numeral(letter: char) -> bool {
    digit(letter).is_some() || matches!(letter, '十' | '百' | '千' | '万')
}

fn digit(letter: char) -> Option<f64> {
    let at = "零一二三四五六七八九"
        .chars()
        .position(|digit| digit == letter);
    match letter {
        '两' | '双' | '兩' => Some(2.0),
        '〇' => Some(0.0),
        _ => at.map(|value| value as f64),
    }
}

/// A run of Chinese numerals.
pub(super) fn chinese(run: &[char]) -> f64 {
    let (mut total, mut part, mut last) = (0.0, 0.0, 0.0);
    for letter in run {
        match (digit(*letter), letter) {
            (Some(value), _) => last = value,
            (None, '万') => {
                total += (part + last).max(1.0) * 10_000.0;
                (part, last) = (0.0, 0.0);
            }
            (None, letter) => {
                let place = match letter {
                    '十' => 10.0,
                    '百' => 100.0,
                    _ => 1_000.0,
                };
                part += f64::max(last, 1.0) * place;
                last = 0.0;
            }
        }
    }
    total + part + last
}

/// From 1, by the English name or its first three letters.
pub(super) fn month(word: &str) -> Option<usize> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let at = MONTHS
        .iter()
        .position(|month| *month == word || word.len() == 3 && month.starts_with(word));
    at.map(|at| at + 1)
}
