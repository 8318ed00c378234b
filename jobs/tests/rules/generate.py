"""Writes the test sets of the rules: 300 answers per family, good and bad, one JSON object per line.

The truth of each line comes from how it is made (a right text, or a right text with one named fault put in),
never from the checker. Run it in this folder; the files it writes are kept, so a change of them is seen.
"""
import json, random

R = random.Random(20261101)
TEXTS = {  # one product per column: hair clip, ice tray, string lights, notebook, candle, umbrella, plush bear, phone stand
    "English": ["Large claw hair clip for thick hair", "Silicone ice cube tray with easy release", "Warm white string lights for the bedroom", "Spiral notebook with thick paper", "Scented candle in a glass cup", "Folding umbrella that fits in your bag", "Soft plush bear keychain", "Foldable phone stand for your desk", "Ceramic mug for coffee and tea", "Stainless steel bottle that keeps drinks cold", "Magnetic tiles that help children build", "Artificial rose bouquet for weddings"],
    "西班牙语": ["Pinza grande para el cabello grueso", "Bandeja de silicona para hacer hielo", "Guirnalda de luces cálidas para el dormitorio", "Cuaderno de espiral con papel grueso", "Vela aromática en vaso de vidrio", "Paraguas plegable que cabe en el bolso", "Llavero de oso de peluche suave", "Soporte plegable para teléfono de escritorio", "Taza de cerámica para café y té", "Botella de acero inoxidable que mantiene el frío", "Piezas magnéticas para que los niños construyan", "Ramo de rosas artificiales para bodas"],
    "法语": ["Grande pince à cheveux pour cheveux épais", "Bac à glaçons en silicone facile à démouler", "Guirlande lumineuse blanc chaud pour la chambre", "Cahier à spirale avec du papier épais", "Bougie parfumée dans un verre", "Parapluie pliant qui tient dans le sac", "Porte-clés ours en peluche douce", "Support de téléphone pliable pour le bureau", "Tasse en céramique pour le café et le thé", "Bouteille en acier inoxydable qui garde au frais", "Tuiles magnétiques pour construire avec les enfants", "Bouquet de roses artificielles pour mariage"],
    "德语": ["Große Haarklammer für dickes Haar", "Eiswürfelform aus Silikon zum leichten Lösen", "Warmweiße Lichterkette für das Schlafzimmer", "Spiralblock mit dickem Papier", "Duftkerze im Glas", "Faltbarer Regenschirm für die Tasche", "Schlüsselanhänger mit weichem Plüschbären", "Faltbarer Handyhalter für den Schreibtisch", "Keramiktasse für Kaffee und Tee", "Edelstahlflasche hält Getränke kalt", "Magnetische Bausteine für Kinder", "Künstlicher Rosenstrauß für die Hochzeit"],
    "葡萄牙语": ["Presilha grande para cabelo grosso", "Forma de gelo de silicone fácil de soltar", "Cordão de luzes branco quente para o quarto", "Caderno espiral com papel grosso", "Vela perfumada em copo de vidro", "Guarda-chuva dobrável que cabe na bolsa", "Chaveiro de urso de pelúcia macio", "Suporte dobrável de celular para a mesa", "Caneca de cerâmica para café e chá", "Garrafa de aço inoxidável que mantém a bebida fria", "Peças magnéticas para as crianças montarem", "Buquê de rosas artificiais para casamento"],
    "印尼语": ["Jepit rambut besar untuk rambut tebal", "Cetakan es batu silikon yang mudah dilepas", "Lampu tali putih hangat untuk kamar tidur", "Buku catatan spiral dengan kertas tebal", "Lilin aroma dalam gelas kaca", "Payung lipat yang muat di dalam tas", "Gantungan kunci boneka beruang lembut", "Dudukan ponsel lipat untuk meja kerja", "Cangkir keramik untuk kopi dan teh", "Botol baja tahan karat yang menjaga minuman dingin", "Mainan magnet untuk anak menyusun bangunan", "Buket mawar buatan untuk pernikahan"],
    "越南语": ["Kẹp tóc càng cua lớn cho tóc dày", "Khay làm đá silicon dễ lấy", "Đèn dây trắng ấm cho phòng ngủ", "Sổ tay lò xo với giấy dày", "Nến thơm trong ly thủy tinh", "Ô gấp gọn để vừa trong túi", "Móc khóa gấu bông mềm", "Giá đỡ điện thoại gấp gọn cho bàn làm việc", "Cốc gốm sứ cho cà phê và trà", "Bình thép không gỉ giữ lạnh đồ uống", "Miếng ghép nam châm cho trẻ em xếp hình", "Bó hoa hồng giả cho tiệc cưới"],
    "俄语": ["Большая заколка для густых волос", "Силиконовая форма для льда", "Гирлянда тёплого белого света для спальни", "Тетрадь на спирали с плотной бумагой", "Ароматическая свеча в стакане", "Складной зонт, который помещается в сумку", "Брелок с мягким плюшевым мишкой", "Складная подставка для телефона", "Керамическая кружка для кофе и чая", "Бутылка из нержавеющей стали", "Магнитный конструктор для детей", "Букет искусственных роз для свадьбы"],
    "阿拉伯语": ["مشبك شعر كبير للشعر الكثيف", "قالب ثلج من السيليكون سهل الاستخدام", "سلسلة أضواء بيضاء دافئة لغرفة النوم", "دفتر حلزوني بورق سميك", "شمعة معطرة في كوب زجاجي", "مظلة قابلة للطي تناسب الحقيبة", "ميدالية مفاتيح دب ناعم", "حامل هاتف قابل للطي للمكتب", "كوب سيراميك للقهوة والشاي", "زجاجة من الفولاذ المقاوم للصدأ", "قطع مغناطيسية للأطفال", "باقة ورد صناعي لحفلات الزفاف"],
    "日语": ["髪の多い方向けの大きなヘアクリップ", "取り出しやすいシリコン製氷皿", "寝室用の電球色ストリングライト", "厚い紙のリングノート", "ガラスカップ入りのアロマキャンドル", "バッグに入る折りたたみ傘", "ふわふわのくまのキーホルダー", "机用の折りたたみスマホスタンド", "コーヒーとお茶のための陶器マグカップ", "冷たさを保つステンレスボトル", "子どもが組み立てるマグネットタイル", "結婚式のための造花のバラの花束"],
    "韩语": ["숱 많은 머리를 위한 큰 집게핀", "쉽게 빠지는 실리콘 얼음 트레이", "침실용 따뜻한 흰색 줄 조명", "두꺼운 종이 스프링 노트", "유리컵에 담긴 향초", "가방에 들어가는 접이식 우산", "부드러운 곰 인형 키링", "책상용 접이식 휴대폰 거치대", "커피와 차를 위한 도자기 머그컵", "차가움을 유지하는 스테인리스 물병", "아이들이 만드는 자석 블록", "결혼식을 위한 조화 장미 꽃다발"],
    "泰语": ["กิ๊บหนีบผมขนาดใหญ่สำหรับผมหนา", "ถาดน้ำแข็งซิลิโคนแกะง่าย", "ไฟเส้นสีขาวนวลสำหรับห้องนอน", "สมุดโน้ตสันห่วงกระดาษหนา", "เทียนหอมในแก้ว", "ร่มพับที่ใส่กระเป๋าได้", "พวงกุญแจตุ๊กตาหมีนุ่ม", "ขาตั้งโทรศัพท์พับได้สำหรับโต๊ะ", "แก้วเซรามิกสำหรับกาแฟและชา", "ขวดสแตนเลสเก็บความเย็น", "แผ่นแม่เหล็กสำหรับเด็กต่อเล่น", "ช่อกุหลาบประดิษฐ์สำหรับงานแต่งงาน"],
}
ZH = ["大号鲨鱼夹", "硅胶冰格", "暖白灯串", "线圈本", "香薰蜡烛", "折叠晴雨伞", "毛绒小熊挂件", "手机支架", "陶瓷马克杯", "不锈钢保温杯", "磁力片", "仿真玫瑰花束"]
LATIN = ["English", "西班牙语", "法语", "德语", "葡萄牙语", "印尼语", "越南语"]


def line(rules, inputs, answer, good, fault=""):
    return {"rules": rules, "inputs": inputs, "answer": answer, "good": good, **({"fault": fault} if fault else {})}


def write(family, lines):
    good = [one for one in lines if one["good"]]
    bad = [one for one in lines if not one["good"]]
    R.shuffle(good), R.shuffle(bad)
    n = min(len(good), 150)
    chosen = good[:n] + bad[: 300 - n]
    assert len(chosen) == 300, (family, len(good), len(bad))
    R.shuffle(chosen)
    with open(f"{family}.jsonl", "w", encoding="utf-8") as out:
        for one in chosen:
            out.write(json.dumps(one, ensure_ascii=False) + "\n")


def languages():
    rule = [{"rule": "language", "language": ""}]
    out = []
    for name, texts in TEXTS.items():
        for at, text in enumerate(texts):
            inputs = {"text": f"{ZH[at]} YW-20{at:02d} Lumora", "language": name}
            add = lambda answer, good, fault="": out.append(line(rule, inputs, answer, good, fault))
            add(text, True)
            add(text + R.choice([", 11 cm", " (12 pcs)", " – YW-20%02d" % at, " USB", " LED 5V", " · Lumora"]), True)
            add(text + " " + ZH[at], name == "x", "Chinese left")
            add(ZH[at], False, "not translated")
            cut = len(text) // 2
            add(text[:cut] + ZH[at][:2] + text[cut:], False, "Chinese within")
            add(text + "，11 cm。", name == "日语" and False, "Chinese comma") if name != "日语" else None
            if name not in ("日语",):
                add(text + "（12 pcs）", False, "full-width brackets")
                add(text + " ＵＳＢ", False, "full-width letters")
            others = [other for other in TEXTS if other != name]
            for other in R.sample(others, 2):
                add(TEXTS[other][at], False, f"is {other}")
            other = R.choice([one for one in others])
            half = TEXTS[other][(at + 1) % 12]
            add(text + ", " + half, False, f"half {other}")
            words = text.split(" ")
            foreign = TEXTS[R.choice([one for one in LATIN if one != name])][at].split(" ")
            add(" ".join(words[: max(1, len(words) // 2)] + foreign[len(foreign) // 2:]), False, "second half foreign")
    # Equal words of neighbours can make a half translation right; such lines have no certain truth.
    return [one for one in out if one["good"] or one["answer"] not in {t for t in TEXTS[one["inputs"]["language"]]}]


NUMBERS = [  # Chinese facts, an answer per language with the same facts
    ("品名: 大号鲨鱼夹\n尺寸: 11cm\n包装: 12个/盒\n货号: A11-3", [("English", "Large claw clip, {11 cm}, {12 pcs} per box, model {A11-3}"), ("西班牙语", "Pinza grande de {11 cm}, {12 piezas} por caja, modelo {A11-3}"), ("德语", "Haarklammer, {11 cm}, {12 Stück} pro Karton, Modell {A11-3}"), ("法语", "Pince de {11 cm}, {12 pièces} par boîte, modèle {A11-3}"), ("俄语", "Заколка {11 см}, {12 шт} в коробке, модель {A11-3}"), ("日语", "ヘアクリップ {11cm}、{12個}入り、型番 {A11-3}"), ("泰语", "กิ๊บหนีบผม {11 ซม.} จำนวน {12 ชิ้น} รุ่น {A11-3}"), ("阿拉伯语", "مشبك شعر {11 سم}، {12 قطعة}، موديل {A11-3}"), ("韩语", "집게핀 {11cm}, {12개}, 모델 {A11-3}"), ("越南语", "Kẹp tóc {11 cm}, {12 cái} mỗi hộp, mẫu {A11-3}"), ("印尼语", "Jepit rambut {11 cm}, {12 buah} per kotak, model {A11-3}"), ("葡萄牙语", "Presilha de {11 cm}, {12 peças} por caixa, modelo {A11-3}")]),
    ("品名: 硅胶冰格24格\n规格: 19×12×3.5cm\n装箱数: 120\n毛重(kg): 14.2", [("English", "Silicone ice tray, {24} cells, {19 x 12 x 3.5 cm}, {14.2 kg} gross"), ("西班牙语", "Bandeja con {24} celdas, {19 × 12 × 3,5 cm}, {14,2 kg}"), ("德语", "Eisform mit {24} Fächern, {19 x 12 x 3,5 cm}, {14,2 kg}"), ("法语", "Bac de {24} cases, {19 x 12 x 3,5 cm}, {14,2 kg}"), ("俄语", "Форма на {24} ячейки, {19 × 12 × 3,5 см}, {14,2 кг}"), ("日语", "製氷皿 {24}マス {19×12×3.5cm} {14.2kg}"), ("韩语", "얼음틀 {24}칸 {19×12×3.5cm} {14.2kg}"), ("葡萄牙语", "Forma com {24} cubos, {19 x 12 x 3,5 cm}, {14,2 kg}")]),
    ("LED灯串10米 100灯 5V USB供电 功率6W\n起订量: 1000", [("English", "LED string light, {10 m}, {100} LEDs, {5V} USB, {6W}, MOQ {1,000}"), ("德语", "Lichterkette {10 m}, {100} LEDs, {5 V}, {6 W}, ab {1.000} Stück"), ("西班牙语", "Guirnalda de {10 m}, {100} LED, {5 V}, {6 W}, mínimo {1.000}"), ("法语", "Guirlande de {10 m}, {100} LED, {5 V}, {6 W}, minimum {1 000}"), ("俄语", "Гирлянда {10 м}, {100} LED, {5 В}, {6 Вт}, от {1 000}"), ("印尼语", "Lampu tali {10 m}, {100} LED, {5 V}, {6 W}, minimal {1.000}"), ("阿拉伯语", "سلسلة أضواء {10 متر}، {100} مصباح، {5V}، الحد الأدنى {1000}"), ("泰语", "ไฟเส้น {10 เมตร} {100} ดวง {5V} ขั้นต่ำ {1,000}"), ("越南语", "Đèn dây {10 m}, {100} bóng, {5V}, tối thiểu {1.000}")]),
    ("不锈钢保温杯 500ml 304不锈钢 双层\n保温: 12小时", [("English", "{500 ml} vacuum bottle, {304} stainless steel, {two} layers, keeps hot for {12 hours}"), ("西班牙语", "Botella de {500 ml}, acero {304}, {dos} capas, {12 horas}"), ("法语", "Bouteille de {500 ml}, acier {304}, {deux} couches, {12 heures}"), ("德语", "Flasche {500 ml}, Edelstahl {304}, {zwei} Lagen, {12 Stunden}"), ("葡萄牙语", "Garrafa de {500 ml}, aço {304}, {duas} camadas, {12 horas}"), ("俄语", "Бутылка {500 мл}, сталь {304}, {12 часов}"), ("日语", "{500ml} ボトル {304} ステンレス {12時間}保温"), ("韩语", "{500ml} 보온병 {304} 스테인리스 {12시간}")]),
    ("中性笔0.5mm 12支/盒 单价¥5.40 有效期2026-05-01", [("English", "Gel pen {0.5 mm}, {12 pcs} per box, valid until {May 1, 2026}"), ("English", "Gel pen, {0.5mm} tip, pack of {12}, valid to {2026/5/1}"), ("德语", "Gelstift {0,5 mm}, {12 Stück}, gültig bis {2026-05-01}"), ("西班牙语", "Bolígrafo de {0,5 mm}, {12 piezas}, hasta {2026-05-01}"), ("日语", "ゲルペン {0.5mm} {12本}入り {2026年5月1日}まで")]),
    ("香薰蜡烛 200g 大豆蜡100% 燃烧40-50小时", [("English", "Scented candle, {200 g}, {100%} soy wax, burns {40-50 hours}"), ("English", "{200 g} candle that burns for {40 to 50 hours}"), ("德语", "Duftkerze {200 g}, {100 %} Sojawachs, {40–50 Stunden}"), ("法语", "Bougie de {200 g}, {100 %} cire de soja, {40-50 heures}"), ("西班牙语", "Vela de {200 g}, {100%} cera de soja, {40-50 horas}"), ("韩语", "향초 {200g} 소이왁스 {100%} {40-50시간}")]),
    ("袜子 6双装 棉80% 均码 货号YW-6003", [("English", "{6 pairs} of socks, {80%} cotton, item {YW-6003}"), ("English", "{Six pairs}, {80 percent} cotton, {YW-6003}"), ("西班牙语", "{6 pares} de calcetines, {80%} algodón, {YW-6003}"), ("法语", "{6 paires} de chaussettes, {80 %} coton, {YW-6003}"), ("德语", "{6 Paar} Socken, {80 %} Baumwolle, {YW-6003}"), ("印尼语", "{6 pasang} kaus kaki, {80%} katun, {YW-6003}"), ("越南语", "{6 đôi} tất, {80%} cotton, {YW-6003}"), ("俄语", "{6 пар} носков, {80%} хлопка, {YW-6003}")]),
]
FAULTS = {  # a right measure and what it must not become
    "11 cm": ["11 in", "11 inches", "11 mm", "12 cm", "1.1 cm", "11 m", "110 mm", '11"', "eleven inches", "4.3 in"], "11 см": ["11 дюймов", "11 мм", "12 см"], "11cm": ["11インチ", "11mm", "１２cm", "12cm"], "11 سم": ["11 بوصة", "12 سم", "١٢ سم"], "11 ซม.": ["11 นิ้ว", "๑๒ ซม."],
    "12 pcs": ["12 packs", "12 sets", "12 dozen", "12 pairs", "twelve packs", "21 pcs", "12 boxes", "2 dozen"], "12 piezas": ["12 paquetes", "doce paquetes", "12 docenas"], "12 Stück": ["12 Packungen", "12 Paar", "zwölf Paar"], "12 pièces": ["12 paquets", "12 paires"], "12 шт": ["12 упаковок", "12 пар", "двенадцать пар"], "12個": ["12パック", "12足", "13個"], "12개": ["12팩", "12켤레"], "12 ชิ้น": ["12 แพ็ค", "12 คู่"], "12 قطعة": ["12 زوج", "١٣ قطعة"], "12 cái": ["12 gói", "12 đôi"], "12 buah": ["12 pasang", "12 lusin"], "12 peças": ["12 pacotes", "12 pares"],
    "A11-3": ["A11-8", "A113", "A11", "B11-3", "A11-3X", "A1-13", "AA11-3", "A11-33"],
    "24": ["42", "25", "2.4", "240", "26"], "19 x 12 x 3.5 cm": ["19 x 12 x 3.5 in", "19 x 12 x 35 cm", "19 x 12 x 4.5 cm", "190 x 120 x 35 mm", "7.5 x 4.7 x 1.4 in"], "19 × 12 × 3,5 cm": ["19 × 12 × 35 cm", "19 × 12 × 3,5 mm", "19 × 21 × 3,5 cm"], "19×12×3.5cm": ["19×12×3.5mm", "19×12×5.3cm"], "19 × 12 × 3,5 см": ["19 × 12 × 3,5 мм", "19 × 12 × 5,3 см"], "19 x 12 x 3,5 cm": ["19 x 12 x 35 cm", "19 x 12 x 3,5 m"],
    "14.2 kg": ["14.2 lb", "142 kg", "14.2 g", "31.3 lbs"], "14,2 kg": ["142 kg", "14,2 g", "14.200 kg"], "14,2 кг": ["142 кг", "14,2 г"],
    "10 m": ["10 ft", "10 cm", "33 ft", "100 m", "1.0 m"], "10 м": ["10 см", "10 футов"], "5V": ["12V", "5W", "5.5V", "50V"], "5 V": ["12 V", "5 W"], "1,000": ["1.000", "100", "10,000", "1,001"], "1.000": ["1.001", "10.000", "100"], "1 000": ["1 001", "10 000"], "100": ["200", "1000", "101"],
    "500 ml": ["500 l", "550 ml", "17 oz", "0.5 ml", "50 ml"], "500ml": ["500L", "600ml"], "500 мл": ["500 л", "50 мл"], "304": ["316", "403", "201"], "two": ["three", "four", "triple"], "dos": ["tres", "cuatro"], "deux": ["trois", "quatre"], "zwei": ["drei", "vier"], "duas": ["três", "quatro"], "12 hours": ["24 hours", "12 days", "twenty-four hours", "12 minutes"], "12 horas": ["24 horas", "12 días", "12 dias"], "12 heures": ["24 heures", "12 jours"], "12 Stunden": ["24 Stunden", "12 Tage"], "12 часов": ["24 часа", "12 дней"], "12時間": ["24時間", "12日間"], "12시간": ["24시간", "12일간 13시간"],
    "0.5 mm": ["0.7 mm", "5 mm", "0.5 cm", "0.5 in", ".7 mm"], "0.5mm": ["0.7mm", "0.5cm"], "0,5 mm": ["0,7 mm", "5 mm", "0,5 cm"], "May 1, 2026": ["May 1, 2027", "June 1, 2026", "May 5, 2026", "May 11, 2026"], "2026/5/1": ["2026/1/5", "2025/5/1"], "2026-05-01": ["2026-05-10", "2026-06-01"], "2026年5月1日": ["2026年6月1日", "2027年5月1日"],
    "200 g": ["200 oz", "200 ml", "20 g", "220 g", "2 kg"], "100%": ["99%", "100 pcs", "10%"], "40-50 hours": ["40-60 hours", "50-40 days", "45 hours", "40-50 days", "4-50 hours"], "40 to 50 hours": ["50 to 60 hours", "40 to 55 hours"], "40–50 Stunden": ["40–60 Stunden", "40–50 Tage"], "40-50 heures": ["40-60 heures"], "40-50 horas": ["40-60 horas", "40-50 días"],
    "6 pairs": ["6 pcs", "6 packs", "12 pairs", "3 pairs"], "Six pairs": ["Seven pairs", "Six packs", "Sixteen pairs"], "6 pares": ["6 piezas", "7 pares"], "6 paires": ["6 pièces", "12 paires"], "6 Paar": ["6 Stück", "16 Paar"], "6 pasang": ["6 buah", "5 pasang"], "6 đôi": ["6 cái", "12 đôi"], "6 пар": ["6 штук", "12 пар"], "80%": ["85%", "100%", "18%"], "80 %": ["85 %", "90 %"], "80 percent": ["88 percent", "eighty-five percent"], "YW-6003": ["YW-6008", "YW6003", "YW-600", "YX-6003", "YW-60033"],
}
INVENTED = [", 2-year warranty", ", 3-layer", ", set of 5", ", IP67", ", 24/7", ", 99% clean", ", holds 3 kg", ", 7 colors", ", over 10,000 sold", ", since 1998", ", model B20"]


def numbers():
    out = []
    plain = [{"rule": "numbers_from_inputs", "conversions": False}]
    turned = [{"rule": "numbers_from_inputs", "conversions": True}]
    for facts, answers in NUMBERS:
        for name, answer in answers:
            inputs = {"facts": facts, "instruction": "title", "language": name}
            right = answer.replace("{", "").replace("}", "")
            out.append(line(plain, inputs, right, True))
            out.append(line(turned, inputs, right, True))
            parts = right.split(", ")
            if len(parts) > 2:
                for n in range(1, len(parts)):
                    out.append(line(plain, inputs, ", ".join(parts[:n]), True))
            marks = [one.split("}")[0] for one in answer.split("{")[1:]]
            for mark in marks:
                for fault in FAULTS.get(mark, []):
                    wrong = answer.replace("{" + mark + "}", fault).replace("{", "").replace("}", "")
                    out.append(line(plain, inputs, wrong, False, f"{mark} -> {fault}"))
            for extra in R.sample(INVENTED, 2):
                if name == "English" and not (extra == ", 24/7" and "24" in facts):
                    out.append(line(plain, inputs, right + extra, False, "invented" + extra))
    for value, unit, to in [(11, "cm", ["110 mm", "4.33 in", "4.3 in", "0.11 m"]), (10, "米", ["1000 cm", "32.8 ft", "10,000 mm"]), (200, "g", ["0.2 kg", "7.05 oz", "7.1 oz"]), (500, "ml", ["0.5 L"]), (14.2, "kg", ["14,200 g", "31.3 lbs", "31.31 lb"]), (5, "打", ["60 pcs"]), (19, "cm", ["7.5 in", "7.48 in"]), (70, "cm", ["27.6 in", "0.7 m"])]:
        inputs = {"facts": f"规格: {value}{unit}", "instruction": "cm and inches", "language": "English"}
        for text in to:
            out.append(line(turned, inputs, f"Product, {text}", True))
            out.append(line(plain, inputs, f"Product, {text}", False, "converted unasked"))
            first, rest = text.split(" ", 1)
            for wrong in {str(round(float(first.replace(",", "")) * 1.1, 2)), str(round(float(first.replace(",", "")) + 1, 2))}:
                out.append(line(turned, inputs, f"Product, {wrong} {rest}", False, "converted wrongly"))
    return out


ADJ = ["Silicone", "Bamboo", "Ceramic", "Satin", "Folding", "Magnetic", "Scented", "Plush", "Canvas", "Washable"]
NOUN = ["Ice Cube Tray", "Cutting Board", "Mug", "Scrunchie", "Umbrella", "Building Tiles", "Candle", "Keychain", "Tote Bag", "Markers"]


def phrase():
    return f"{R.choice(ADJ)} {R.choice(NOUN)} {R.choice(['for Home', 'with Lid', 'in Gift Box', 'for Kids', 'and Holder'])}"


def lengths():
    out = []
    for at in range(150):
        unit = ["characters", "bytes", "gbk_bytes", "words"][at % 4]
        base = R.choice([phrase(), R.choice(TEXTS["法语"]), R.choice(ZH) + "，" + R.choice(ZH), R.choice(TEXTS["俄语"]), R.choice(TEXTS["泰语"])])
        if unit == "words":
            base = phrase()
        n = {"characters": len(base), "bytes": len(base.encode()), "gbk_bytes": sum(1 if ord(c) < 128 else 2 for c in base), "words": len(base.split())}[unit]
        rule = lambda **kw: [{"rule": "length", "unit": unit, **kw}]
        good = R.choice([rule(max=n), rule(min=n, max=n), rule(min=n - 1), rule(max=n + 7)])
        bad = R.choice([rule(max=n - 1), rule(min=n + 1), rule(min=n + 1, max=n + 5)])
        out.append(line(good, {}, "  " + base + "\n" if at % 5 == 0 else base, True))
        out.append(line(bad, {}, base, False, f"{n} {unit}"))
    return out


def terms():
    out = []
    for at in range(40):
        text = phrase()
        word = text.split(" ")[0]
        banned = ["free shipping", "best", "sale", "促销", "％ off"][at % 5]
        hides = {"free shipping": "Free Shipping Today", "best": "The BEST One", "sale": "Sale!", "促销": "大促销款", "％ off": "Now % OFF"}[banned]
        near = {"free shipping": "Shipping Free Zone", "best": "Bestow", "sale": "Wholesale", "促销": "促进销售", "％ off": "Offset"}[banned]
        out += [
            line([{"rule": "contains", "words": [word]}], {}, text, True),
            line([{"rule": "contains", "words": [word]}], {}, text.replace(word, word.upper()), True),
            line([{"rule": "contains", "words": [word]}], {}, text.replace(word, word + "y"), False, "longer word"),
            line([{"rule": "contains", "words": [word, "YW-2001"]}], {}, text, False, "one missing"),
            line([{"rule": "contains_field", "field": "f3", "text": "YW-2001"}], {}, text + " YW-2001", True),
            line([{"rule": "contains_field", "field": "f3", "text": "YW-2001"}], {}, text + R.choice([" YW-20011", " YW2001", " XYW-2001"]), False, "other number"),
            line([{"rule": "contains_field", "field": "f3"}], {}, text, False, "no text"),
            line([{"rule": "excludes", "words": [banned]}], {}, f"{text} {near}", True),
            line([{"rule": "excludes", "words": [banned]}], {}, f"{text} {hides}", False, "banned"),
            line([{"rule": "excludes", "words": [banned]}], {}, f"{text} " + "\u200b".join(hides), False, "banned, hidden"),
            line([{"rule": "excludes_characters", "characters": "!$?_{}^¬¦"}], {}, text + R.choice(["", ", Blue", " & Pink", " (Red)"]), True),
            line([{"rule": "excludes_characters", "characters": "!$?_{}^¬¦"}], {}, text + R.choice(["!", "！", " $5", "_x", "？"]), False, "character"),
            line([{"rule": "word_repeat", "max": 2}], {}, f"{text} {word} the the the", True),
            line([{"rule": "word_repeat", "max": 2}], {}, f"{text}, {word}, {word.lower()}", False, "three times"),
        ]
    return out


def patterns():
    out = []
    for at in range(75):
        n = R.randrange(1000, 9999)
        out += [
            line([{"rule": "pattern", "regex": "^YW-\\d{4}$", "matches": True}], {}, f"YW-{n}", True),
            line([{"rule": "pattern", "regex": "^YW-\\d{4}$", "matches": True}], {}, R.choice([f"YW-{n}1", f"yw-{n}", f"YW{n}", f"YW-{n} x", f"a\nYW-{n}"]), False, "not so"),
            line([{"rule": "pattern", "regex": "https?://", "matches": False}], {}, f"See item {n}", True),
            line([{"rule": "pattern", "regex": R.choice(["https?://", "(?i)HTTP", "\\w+://"]), "matches": False}], {}, f"See http://x.example/{n}", False, "link"),
            line([{"rule": "pattern", "regex": R.choice(["(", "[a", "*x", "(?<=a)b", "(a)\\1"]), "matches": R.choice([True, False])}], {}, f"text {n}", False, "unreadable"),
        ]
    return out


def choices():
    out = []
    options = ["玩具", "饰品", "家居", "文具", "灯具", "unknown", "Home & Kitchen"]
    for at in range(75):
        value = R.choice(options)
        out += [
            line([{"rule": "options", "options": options}], {}, value + R.choice(["", " ", "\n"]), True),
            line([{"rule": "options", "options": options}], {}, R.choice([value + "类", "The answer is " + value, value + ", " + value, value[:-1], "Unknown", "", "home & kitchen", "其他", value + "."]), False, "no option"),
        ]
        low, high = R.randrange(1, 50), R.randrange(60, 5000)
        inside = R.choice([low, high, (low + high) / 2, round(low + 0.25, 2)])
        outside = R.choice([low - 0.01, high + 0.01, high + 1, -low, high * 10])
        shown = f"{inside:,}" if at % 3 == 0 else str(inside)
        out += [
            line([{"rule": "range", "min": low, "max": high}], {}, shown, True),
            line([{"rule": "range", "min": low, "max": high}], {}, R.choice([str(outside), f"{inside} cm", f"about {low}", f"{low}-{high}", "1,00,000", "１２", "NaN", "inf", "1e2", ""]), False, "outside or no number"),
        ]
    return out


def capitals():
    out = []
    for at in range(75):
        text = phrase()
        words = text.split(" ")
        lower = [w for w in words]
        lower[R.choice([0, 1])] = lower[0].lower()
        sentence = text[0] + text[1:].lower() + " keeps its shape and is easy to clean."
        out += [
            line([{"rule": "case", "style": "title"}], {}, text + R.choice(["", ", 500 ml", ", USB, YW-2001", " - Set of 12 pcs", " & LED Light"]), True),
            line([{"rule": "case", "style": "title"}], {}, R.choice([text[0].lower() + text[1:], text.lower(), text + ", washable", text + " light blue", text.upper()]), False, "small letter"),
            line([{"rule": "case", "style": "no_all_caps"}], {}, R.choice([text, sentence, text + " USB LED", text + " with ABS", "iPhone " + text]), True),
            line([{"rule": "case", "style": "no_all_caps"}], {}, R.choice([text.upper(), text + " AMAZING", "HOT SALE NOW " + text, "BUY NOW", "NEW HOT BEST " + text]), False, "capitals"),
            line([{"rule": "case", "style": "sentence"}], {}, sentence, True),
            line([{"rule": "case", "style": "sentence"}], {}, R.choice([sentence[0].lower() + sentence[1:], "Keeps Every Drink Cold All Day Long", "AMAZING tray for home.", sentence.upper()]), False, "no sentence"),
        ]
    return out


write("language", languages())
write("numbers", numbers())
write("length", lengths())
write("terms", terms())
write("pattern", patterns())
write("choice", choices())
write("capitals", capitals())
