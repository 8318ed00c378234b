//! Words that tell languages in Latin letters apart: the commonest ones, and those of product texts.
//!
//! Law: a word that two of the languages share stands in both lists.

use super::language::Tongue;

/// Words of trade and brands that every language writes alike.
pub(super) const EVERYWHERE: &[&str] = &[
    "usb",
    "led",
    "abs",
    "pvc",
    "tpr",
    "tpe",
    "uv",
    "mini",
    "wi",
    "fi",
    "wifi",
    "bluetooth",
    "type",
    "diy",
    "set",
    "kit",
    "max",
    "pro",
    "plus",
    "rgb",
    "pp",
    "pe",
    "pet",
    "eva",
    "pu",
    "mdf",
    "ok",
    "logo",
    "oem",
    "xl",
    "xxl",
    "xs",
    "cm",
    "mm",
    "ml",
    "kg",
    "oz",
    "pcs",
    "mah",
    "hz",
    "fob",
    "moq",
    "cbm",
    "gps",
    "nfc",
    "iphone",
    "android",
    "led-",
    "no",
    "in",
    "clip",
    "premium",
    "design",
    "original",
    "standard",
    "ultra",
    "super",
    "x",
    "upf",
    "tpu",
];

/// Simplified characters that Japanese does not write.
pub(super) const SIMPLIFIED: &str = "专业丛东丝两严丧丰临为丽举么义乌乐习乡书买亏亚产亩亲亿仅仓仪们众优伙伞伟传伤侦侧债倾偿储兰关兴养兽冈军农冯冻净减凑凤凯击刘则刚创删别剂剑剧劝办务动劳势勋华协单卖卫厅历厉压厌厕县发变叠叹吓吗启员响哑唤团园围图圆圣场块坚坛坝坟垒处备复够头夹夺奋奖妆妇妈娱婴孙宁实审宪宫宽宾对寻导尔尘尝层岁岛岭币师带帮庆库应庙废开张弹强归录彻怀态总恶恼悬惊惩惯愤户扑执扩扫扬抚抢护报拟拥拦拨择挡挤挥损换掷掺摄摆摇撑敌斋时旷显晓暂术权杨构枪柜栏树样桥桨桩检榄欢歼毕毙汇汉汤沟沪泼泽洁浆浇浊测济浓涂润涨涩渐渔溃滚满滤滥澜灭灵灾炼烁烂烛烦烧烫热爱爷牵牺狮狱猎玛环现电畅疗疮疯皱盐监盘眯睁矫码砖础确祸离秃种积稳穷窑窜窝竖竞笔筛签简紧纠红纤约级纪纯纱纲纳纵纷纸纹纺纽线练组细织终绍经绒结绕绘给络绝统绣继绩续绳维绵绸综绿缎缓编缘缠缩缴罗罚罢职联聪肃肠肤肿胀胁胜胶脏脑脸腊腻膑舰舱艰艳艺节苏荡荣荤药莲获莹营萧萨蓝蔷虏虑虽虾蚀蚁蚂补衬袄袜裤见观规觅视览觉计订认讨让训议讯记讲许论设访证评识诉词译试诗诚话诞询该详语误说请诸读课谁调谈谊谋谎谜谢谣谦谨谱贝负财责贤败货质贩贪购贮贯贱贴贵贷贸费贺贼贾资赋赌赏赔赖赚赛赞赠赢赶趋跃车轨转轮软轰轴轻载较辅辆辈辉输边达迁过迈运还这进远违连迟适选逊递逻遗邓邮邻郑酝酱酿释鉴针钉钓钛钟钢钥钩钮钱钻铁铃铅铜铝银铸铺链销锁锅锋锌错锡锤锦键锻镀镇镜长门闪闭问闲间闷闸闹闻阀阁阅阐阔队阳阴阵阶际陆陈险隐难雏雾韩页顶项顺须顽顾顿预领颇颈频颗题颜额风飘飞饥饭饮饰饱饲饵饶饺饼饿馆馈马驰驱驳驴驶驻驾骂骄骆验骑骗骚鱼鲁鲜鲨鲸鳞鸟鸡鸣鸭鸽鹅鹏鹰齐齿龄龙龟";

/// Words of two characters that Chinese and Japanese write alike.
pub(super) const OF_BOTH: &str = "玩具 文具 家具 食品 日本 中国 安全 防水 大型 小型 中型 花束 造花 雨傘 手帳 人形 人気 天然 自然 金属 木材 合金 手工 工具 衣服 毛布 石鹸 水筒 茶碗 花瓶 電球 台所 白色 黒色 青色 赤色 金色 銀色 多色 収納 旅行 学校 生日 新年 新品 特大 普通 高級 高品 品質 可能 使用 成分 重量 容量 直径 高度 世界 女性 男性 大人 小人 動物 植物 果物 音楽 時間 分間 月間 日間 年間 中心 注意 保温 保冷 冷蔵 加熱 耐熱 耐久 不要 無地 防止 防滑 抗菌 除菌 粘土 和紙 便利";

const ENGLISH: &str = "the and with of for to from by on at is are a an or your you this that it as all each per not no more made into our can be has have up over under without perfect gift gifts home kitchen office party kids children women men girls boys baby hair clip claw large small big cute new soft light lamp string lights warm white black blue red green pink yellow silver gold color colors assorted silicone ice cube tray cells stainless steel vacuum bottle bamboo cutting board ceramic mug satin scrunchie alloy stud earring earrings set square scarf spiral notebook gel pen ink eraser cartoon washable markers plush bear keychain squishy stress toy toys magnetic tiles artificial rose bouquet scented candle glass folding umbrella cotton canvas tote bag crew socks foldable phone stand holder necklace bracelet ring pieces piece pack box pairs pair size long wide high water proof waterproof durable easy use clean wash storage decoration decorations desk school supplies wood wooden metal plastic resin leaf flower flowers paper heart star birthday wedding christmas high-quality quality food-grade wall table wax soy box wear fabric material style classic reusable portable lightweight cup lid spoon bowl plate towel blanket pillow curtain rug hook rack shelf basket sticker stickers pencil case ruler glue scissors tape doll puzzle blocks car train balloon bubble beads chain pendant brooch hairband headband comb mirror brush night bedside solar powered battery operated fairy";
const SPANISH: &str = "de la el los las un una y con para por del en es su sus al o que sin más muy regalo regalos hogar cocina oficina fiesta niños niñas mujer mujeres hombre hombres bebé cabello pelo pinza pinzas grande pequeño pequeña lindo nuevo suave luz luces lámpara cálida cálido blanco blanca negro negra azul rojo roja verde rosa amarillo plata oro color colores surtidos silicona bandeja hielo cubitos acero inoxidable botella termo bambú tabla cortar cerámica taza satén aleación pendientes aretes cuadrado pañuelo cuaderno espiral bolígrafo tinta goma borrar dibujos rotuladores marcadores lavables peluche oso llavero juguete juguetes magnéticos magnéticas artificial ramo rosas vela perfumada aromática vidrio vaso paraguas plegable algodón lona bolsa calcetines soporte teléfono collar pulsera anillo piezas pieza paquete caja pares par tamaño largo ancho alto agua impermeable duradero fácil usar limpiar almacenamiento decoración escritorio escuela madera metal plástico resina flor flores papel corazón estrella cumpleaños boda navidad calidad alimentario pared mesa cera soja tela material estilo clásico reutilizable portátil ligero tapa celdas hojas cuerda cadena noche pilas antiestrés asa guirnalda";
const FRENCH: &str = "de la le les des un une et avec pour par du en est sur dans au aux ou que sans plus très cadeau cadeaux maison cuisine bureau fête enfants femme femmes homme hommes bébé cheveux pince pinces grand grande petit petite mignon nouveau doux lumière lumières lampe chaud chaude blanc blanche noir noire bleu rouge vert rose jaune argent or couleur couleurs assorties silicone bac plateau glaçons acier inoxydable bouteille isotherme gourde bambou planche découper céramique tasse satin alliage boucles oreilles carré foulard cahier carnet spirale stylo encre gomme dessin feutres lavables peluche ours porte-clés porte clés jouet jouets magnétiques magnétique artificiel bouquet roses bougie parfumée verre parapluie pliant coton toile sac chaussettes support téléphone collier bracelet bague pièces pièce paquet boîte paires paire taille long large haut eau imperméable étanche durable facile utiliser nettoyer rangement décoration scolaire école bois métal plastique résine fleur fleurs papier cœur étoile anniversaire mariage noël qualité alimentaire mur table cire soja tissu style classique réutilisable portable léger couvercle feuilles cases guirlande lumineuse chaîne nuit piles anti-stress stress artificielles";
const GERMAN: &str = "der die das und mit für von aus im in ist ein eine einen einer zu zum zur auf bei oder ohne sehr mehr geschenk geschenke haus küche büro party kinder damen frauen herren männer baby haar haarklammer haarspange groß große großer klein kleine niedlich neu weich licht lichterkette lampe warm warmweiß weiß schwarz blau rot grün rosa gelb silber gold farbe farben sortiert silikon eiswürfelform eiswürfel edelstahl flasche thermosflasche isolierflasche bambus schneidebrett keramik tasse becher satin haargummi legierung ohrstecker ohrringe quadratisch tuch halstuch notizbuch spiralblock spirale gelstift tinte radiergummi filzstifte auswaschbar auswaschbare plüsch bär schlüsselanhänger spielzeug magnetische magnetisch künstlicher künstliche rosen rosenstrauß strauß duftkerze kerze glas regenschirm faltbar faltbarer faltbare baumwolle leinwand tasche stofftasche socken handyhalter ständer halskette armband ring stück packung karton paar größe lang breit hoch wasser wasserdicht langlebig einfach reinigen aufbewahrung dekoration schreibtisch schule holz metall kunststoff harz blume blumen papier herz stern geburtstag hochzeit weihnachten qualität lebensmittelecht wand tisch wachs soja sojawachs stoff stil klassisch wiederverwendbar tragbar leicht deckel blatt fächer fächern kette nacht batterie anhänger karikatur";
const PORTUGUESE: &str = "de da do dos das a o os as um uma e com para por em no na é seu sua ou que sem mais muito presente presentes casa cozinha escritório festa crianças mulher mulheres homem homens bebê cabelo presilha piranha prendedor grande pequeno pequena fofo novo macio luz luzes lâmpada quente branco branca preto preta azul vermelho verde rosa amarelo prata ouro dourado cor cores sortidas silicone bandeja forma gelo cubos aço inoxidável inox garrafa térmica bambu tábua corte cerâmica caneca cetim liga brincos quadrado lenço caderno espiral caneta tinta borracha desenho canetinhas marcadores laváveis pelúcia urso chaveiro brinquedo brinquedos magnéticas magnéticos artificial buquê rosas vela perfumada aromática vidro copo guarda-chuva guarda chuva dobrável algodão lona sacola bolsa meias suporte celular colar pulseira anel peças peça pacote caixa pares par tamanho longo largo alto água impermeável durável fácil usar limpar armazenamento decoração mesa escola madeira metal plástico resina flor flores papel coração estrela aniversário casamento natal qualidade alimentar parede cera soja tecido estilo clássico reutilizável portátil leve tampa folhas células cordão corrente noite pilhas antiestresse";
const INDONESIAN: &str = "dan dengan untuk dari yang di ke ini itu atau tanpa lebih sangat hadiah rumah dapur kantor pesta anak wanita pria perempuan bayi rambut jepit penjepit besar kecil lucu baru lembut lampu cahaya hangat putih hitam biru merah hijau muda kuning perak emas warna campuran silikon cetakan es batu baja tahan karat botol termos vakum bambu talenan keramik cangkir ikat satin paduan anting tusuk kotak persegi syal buku catatan spiral pena pulpen gel tinta penghapus kartun spidol dapat dicuci boneka beruang gantungan kunci mainan magnet magnetik buatan bunga mawar buket lilin aroma wangi kaca gelas payung lipat katun kanvas tas kaus kaki dudukan ponsel kalung gelang cincin buah isi paket pasang ukuran panjang lebar tinggi air anti awet mudah digunakan dibersihkan penyimpanan dekorasi hiasan meja sekolah kayu logam plastik resin kertas hati bintang ulang tahun pernikahan natal kualitas makanan dinding kain bahan gaya klasik ringan tutup lembar tali rantai malam baterai stres";
const VIETNAMESE: &str = "và với cho của từ là một các những trong có không bằng quà tặng nhà bếp văn phòng tiệc trẻ em phụ nữ nam bé tóc kẹp càng cua lớn nhỏ dễ thương mới mềm đèn ánh sáng ấm trắng đen xanh đỏ hồng vàng bạc màu nhiều silicon khay đá thép gỉ bình giữ nhiệt tre thớt gốm sứ cốc buộc dây lụa hợp kim bông tai khăn vuông sổ tay lò xo bút gel mực tẩy hoạt hình lông rửa được gấu móc khóa đồ chơi nam châm hoa hồng giả bó nến thơm thủy tinh ly ô gấp vải bố túi tất vớ giá đỡ điện thoại vòng cổ nhẫn chiếc cái gói hộp đôi kích thước dài rộng cao nước chống bền sử dụng vệ sinh lưu trữ trang trí bàn học gỗ kim loại nhựa giấy trái tim ngôi sao sinh nhật cưới giáng chất lượng thực phẩm tường sáp chất liệu phong cách cổ điển nhẹ nắp tờ ô ngăn đêm pin cuộn ngọt";

pub(super) fn of(tongue: Tongue) -> Vec<&'static str> {
    list(tongue).split(' ').collect()
}

fn list(tongue: Tongue) -> &'static str {
    match tongue {
        Tongue::English => ENGLISH,
        Tongue::Spanish => SPANISH,
        Tongue::French => FRENCH,
        Tongue::German => GERMAN,
        Tongue::Portuguese => PORTUGUESE,
        Tongue::Indonesian => INDONESIAN,
        Tongue::Vietnamese => VIETNAMESE,
        _ => "",
    }
}

/// True where another language has the word and `tongue` has not.
pub(super) fn is_of_another(word: &str, tongue: Tongue) -> bool {
    let others = [
        Tongue::English,
        Tongue::Spanish,
        Tongue::French,
        Tongue::German,
        Tongue::Portuguese,
        Tongue::Indonesian,
        Tongue::Vietnamese,
    ];
    let has = |other: &Tongue| list(*other).split(' ').any(|one| one == word);
    word.chars().count() > 1 && !has(&tongue) && others.iter().any(has)
}
