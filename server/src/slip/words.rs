//! The fixed words of slips in every language of residents: the same terms as on their screens
//! (`server/web/shared/i18n/resident`). `{}` is where a value goes,
//! `\u{200b}` where a line set large is best broken.

use domain::language::Language;
use kiosk::slip::Line;
use printer_driver::document::Han;

/// The words of one language.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    /// Between a section and `wait`.
    pub(super) of_section: &'static str,
    /// Where to wait.
    pub(super) wait: &'static str,
    pub(super) ahead_none: &'static str,
    pub(super) ahead_one: &'static str,
    pub(super) ahead: &'static str,
    pub(super) window: &'static str,
    pub(super) window_unknown: &'static str,
    pub(super) bring: &'static str,
    pub(super) qr_caption: &'static str,
    pub(super) reprint: &'static str,
    pub(super) rehearsal: &'static str,
    pub(super) transfer_title: &'static str,
    pub(super) transfer_to: &'static str,
    pub(super) place_unknown: &'static str,
    pub(super) transfer_show: &'static str,
    pub(super) tag_title: &'static str,
    pub(super) tag_near: &'static str,
    pub(super) tag_call: &'static str,
    pub(super) tag_return: &'static str,
    /// What the kiosk greets with: the sample on a test page.
    pub(super) greeting: &'static str,
}

/// The words of a language.
pub(super) fn words(language: Language) -> &'static Words {
    match language {
        Language::Japanese => &JA,
        Language::PlainJapanese => &JA_EASY,
        Language::English => &EN,
        Language::ChineseSimplified => &ZH_HANS,
        Language::ChineseTraditional => &ZH_HANT,
        Language::Korean => &KO,
        Language::Vietnamese => &VI,
        Language::Nepali => &NE,
        Language::Filipino => &FIL,
        Language::Portuguese => &PT,
    }
}

/// The forms of Han characters in a language.
pub(super) fn forms(language: Language) -> Han {
    match language {
        Language::ChineseSimplified => Han::Simplified,
        Language::ChineseTraditional => Han::Traditional,
        Language::Korean => Han::Korean,
        Language::Japanese
        | Language::PlainJapanese
        | Language::English
        | Language::Vietnamese
        | Language::Nepali
        | Language::Filipino
        | Language::Portuguese => Han::Japanese,
    }
}

/// What staff call a language.
pub(super) fn for_staff(language: Language) -> &'static str {
    match language {
        Language::Japanese => "日本語",
        Language::PlainJapanese => "やさしい日本語",
        Language::English => "英語",
        Language::ChineseSimplified => "中国語（簡体字）",
        Language::ChineseTraditional => "中国語（繁体字）",
        Language::Korean => "韓国語",
        Language::Vietnamese => "ベトナム語",
        Language::Nepali => "ネパール語",
        Language::Filipino => "フィリピノ語",
        Language::Portuguese => "ポルトガル語",
    }
}

/// Puts a value into a text.
pub(super) fn fill(text: &str, value: &str) -> String {
    text.replace("{}", value)
}

/// A fixed text in Japanese and, where that is another language, the resident's.
pub(super) fn fixed(language: Language, text: impl Fn(&Words) -> String) -> Line {
    Line { japanese: text(&JA), second: second(language, |language| text(words(language))) }
}

/// The same in the resident's language; nothing where that is Japanese.
pub(super) fn second(language: Language, text: impl Fn(Language) -> String) -> String {
    if language == Language::Japanese { String::new() } else { text(language) }
}

const JA: Words = Words {
    of_section: "の",
    wait: "待合で\u{200b}お待ちください",
    ahead_none: "前に待っている人は\u{200b}いません",
    ahead_one: "前に1人お待ちです",
    ahead: "前に{}人お待ちです",
    window: "{}ごろ\u{200b}お呼びします",
    window_unknown: "お呼びする時刻は\u{200b}わかりません",
    bring: "ご用意ください：{}",
    qr_caption: "スマホで順番がわかります",
    reprint: "再発行",
    rehearsal: "練習",
    transfer_title: "連携用紙",
    transfer_to: "{}へ",
    place_unknown: "場所は係員に\u{200b}おたずねください",
    transfer_show: "この紙を係員にお見せください。\u{200b}番号はそのままです。",
    tag_title: "番号札",
    tag_near: "{}の近くで\u{200b}お待ちください",
    tag_call: "札の番号をお呼びします。",
    tag_return: "札は窓口にお返しください。",
    greeting: "番号札をお取りください",
};

const JA_EASY: Words = Words {
    of_section: "の ",
    wait: "いすの ところで 待〔ま〕ってください",
    ahead_none: "あなたの 前〔まえ〕には だれも いません",
    ahead_one: "前〔まえ〕で 待〔ま〕っている 人〔ひと〕：1",
    ahead: "前〔まえ〕で 待〔ま〕っている 人〔ひと〕：{}",
    window: "{}ごろ 呼〔よ〕びます",
    window_unknown: "呼〔よ〕ぶ 時間〔じかん〕は わかりません",
    bring: "これを 出〔だ〕してください：{}",
    qr_caption: "スマホで 順番〔じゅんばん〕が わかります",
    reprint: "もう いちど 出〔だ〕した 紙〔かみ〕",
    rehearsal: "れんしゅう です",
    transfer_title: "ほかの 課〔か〕に 行〔い〕く 紙〔かみ〕",
    transfer_to: "{}に 行〔い〕ってください",
    place_unknown: "どこか わからない とき：係〔かかり〕の 人〔ひと〕に 聞〔き〕いてください",
    transfer_show: "この 紙〔かみ〕を 係〔かかり〕の 人〔ひと〕に 見〔み〕せてください。番号〔ばんごう〕は おなじです。",
    tag_title: "番号〔ばんごう〕の 札〔ふだ〕",
    tag_near: "{}の 近〔ちか〕くで 待〔ま〕ってください",
    tag_call: "札〔ふだ〕の 番号〔ばんごう〕を 呼〔よ〕びます。",
    tag_return: "札〔ふだ〕は 窓口〔まどぐち〕に 返〔かえ〕してください。",
    greeting: "番号〔ばんごう〕の 紙〔かみ〕を とってください",
};

const EN: Words = Words {
    of_section: ": ",
    wait: "please wait in the waiting area",
    ahead_none: "Nobody is before you",
    ahead_one: "1 person is before you",
    ahead: "{} people are before you",
    window: "We expect to call you {}",
    window_unknown: "We cannot say when you will be called",
    bring: "Please have ready: {}",
    qr_caption: "See your turn on your phone",
    reprint: "Reprint, same number",
    rehearsal: "Practice, not a real office",
    transfer_title: "Slip for another section",
    transfer_to: "Please go to: {}",
    place_unknown: "Please ask our staff where it is",
    transfer_show: "Show this slip to the staff there. You keep your number.",
    tag_title: "Number tag",
    tag_near: "Please wait near: {}",
    tag_call: "The number on the tag will be called.",
    tag_return: "Please return the tag at the counter.",
    greeting: "Please take a number",
};

const ZH_HANS: Words = Words {
    of_section: "：",
    wait: "请在等候区等候",
    ahead_none: "您前面没有人",
    ahead_one: "您前面有1人",
    ahead: "您前面有{}人",
    window: "预计{}左右叫号",
    window_unknown: "无法预计叫号时间",
    bring: "请准备好：{}",
    qr_caption: "可用手机查看排队情况",
    reprint: "补打，号码不变",
    rehearsal: "练习中（非正式受理）",
    transfer_title: "转往其他科室",
    transfer_to: "请到：{}",
    place_unknown: "位置请询问工作人员",
    transfer_show: "请将此纸出示给该处的工作人员。号码不变。",
    tag_title: "号码牌",
    tag_near: "请在此附近等候：{}",
    tag_call: "将会叫号码牌上的号码。",
    tag_return: "请将号码牌交回窗口。",
    greeting: "请取号",
};

const ZH_HANT: Words = Words {
    of_section: "：",
    wait: "請在等候區等候",
    ahead_none: "您前面沒有人",
    ahead_one: "您前面有1人",
    ahead: "您前面有{}人",
    window: "預計{}左右叫號",
    window_unknown: "無法預計叫號時間",
    bring: "請準備好：{}",
    qr_caption: "可用手機查看排隊情況",
    reprint: "補印，號碼不變",
    rehearsal: "練習中（非正式受理）",
    transfer_title: "轉往其他科室",
    transfer_to: "請到：{}",
    place_unknown: "位置請詢問工作人員",
    transfer_show: "請將此紙出示給該處的工作人員。號碼不變。",
    tag_title: "號碼牌",
    tag_near: "請在此附近等候：{}",
    tag_call: "將會叫號碼牌上的號碼。",
    tag_return: "請將號碼牌交回窗口。",
    greeting: "請取號",
};

const KO: Words = Words {
    of_section: ": ",
    wait: "대기실에서 기다려 주세요",
    ahead_none: "앞에 기다리는 사람이 없습니다",
    ahead_one: "앞에 1명이 기다리고 있습니다",
    ahead: "앞에 {}명이 기다리고 있습니다",
    window: "{}쯤 불러 드립니다",
    window_unknown: "호출 시각은 알 수 없습니다",
    bring: "준비해 주세요: {}",
    qr_caption: "휴대폰으로 순서를 볼 수 있습니다",
    reprint: "재발행, 같은 번호",
    rehearsal: "연습 중 (실제 접수가 아닙니다)",
    transfer_title: "다른 과로 가는 용지",
    transfer_to: "가실 곳: {}",
    place_unknown: "위치는 직원에게 문의해 주세요",
    transfer_show: "이 용지를 그곳 직원에게 보여 주세요. 번호는 그대로입니다.",
    tag_title: "번호패",
    tag_near: "이 근처에서 기다려 주세요: {}",
    tag_call: "번호패의 번호를 불러 드립니다.",
    tag_return: "번호패는 창구에 돌려주세요.",
    greeting: "번호표를 뽑아 주세요",
};

const VI: Words = Words {
    of_section: ": ",
    wait: "xin chờ ở khu vực chờ",
    ahead_none: "Không có ai trước quý vị",
    ahead_one: "Có 1 người trước quý vị",
    ahead: "Có {} người trước quý vị",
    window: "Dự kiến gọi khoảng {}",
    window_unknown: "Chưa biết khi nào sẽ gọi",
    bring: "Hãy chuẩn bị sẵn: {}",
    qr_caption: "Xem lượt của quý vị trên điện thoại",
    reprint: "In lại, cùng số",
    rehearsal: "Đang luyện tập, không phải thật",
    transfer_title: "Phiếu chuyển sang phòng khác",
    transfer_to: "Mời đến: {}",
    place_unknown: "Hãy hỏi nhân viên chỗ đó ở đâu",
    transfer_show: "Hãy đưa phiếu này cho nhân viên ở đó. Số của quý vị giữ nguyên.",
    tag_title: "Thẻ số",
    tag_near: "Xin chờ gần: {}",
    tag_call: "Số trên thẻ sẽ được gọi.",
    tag_return: "Hãy trả lại thẻ tại quầy.",
    greeting: "Xin lấy số thứ tự",
};

const NE: Words = Words {
    of_section: ": ",
    wait: "प्रतीक्षा गर्ने ठाउँमा पर्खनुहोस्",
    ahead_none: "तपाईंभन्दा अगाडि कोही छैनन्",
    ahead_one: "तपाईंभन्दा अगाडि 1 जना छन्",
    ahead: "तपाईंभन्दा अगाडि {} जना छन्",
    window: "{} तिर बोलाइनेछ",
    window_unknown: "कहिले बोलाइन्छ थाहा छैन",
    bring: "तयार राख्नुहोस्: {}",
    qr_caption: "आफ्नो पालो मोबाइलमा हेर्नुहोस्",
    reprint: "फेरि छापिएको, उही नम्बर",
    rehearsal: "अभ्यास, साँचो होइन",
    transfer_title: "अर्को शाखामा जाने कागज",
    transfer_to: "यहाँ जानुहोस्: {}",
    place_unknown: "ठाउँ कहाँ छ कर्मचारीलाई सोध्नुहोस्",
    transfer_show: "यो कागज त्यहाँका कर्मचारीलाई देखाउनुहोस्। नम्बर उही रहन्छ।",
    tag_title: "नम्बर ट्याग",
    tag_near: "यसको नजिक पर्खनुहोस्: {}",
    tag_call: "ट्यागको नम्बर बोलाइनेछ।",
    tag_return: "ट्याग काउन्टरमा फिर्ता गर्नुहोस्।",
    greeting: "कृपया नम्बर लिनुहोस्",
};

const FIL: Words = Words {
    of_section: ": ",
    wait: "maghintay sa waiting area",
    ahead_none: "Walang nauna sa inyo",
    ahead_one: "1 tao ang nauna sa inyo",
    ahead: "{} tao ang nauna sa inyo",
    window: "Tatawagin kayo mga {}",
    window_unknown: "Hindi alam kung kailan kayo tatawagin",
    bring: "Ihanda po ang mga ito: {}",
    qr_caption: "Tingnan ang inyong turno sa telepono",
    reprint: "Muling inilimbag, parehong numero",
    rehearsal: "Pagsasanay lamang ito",
    transfer_title: "Papel para sa ibang seksiyon",
    transfer_to: "Pumunta po sa: {}",
    place_unknown: "Itanong po sa staff kung nasaan ito",
    transfer_show: "Ipakita ang papel na ito sa staff doon. Pareho pa rin ang inyong numero.",
    tag_title: "Number tag",
    tag_near: "Maghintay malapit sa: {}",
    tag_call: "Tatawagin ang numero sa tag.",
    tag_return: "Isauli po ang tag sa counter.",
    greeting: "Kumuha po ng numero",
};

const PT: Words = Words {
    of_section: ": ",
    wait: "aguarde na área de espera",
    ahead_none: "Não há ninguém na sua frente",
    ahead_one: "Há 1 pessoa na sua frente",
    ahead: "Há {} pessoas na sua frente",
    window: "Chamada prevista: {}",
    window_unknown: "Não sabemos quando será a chamada",
    bring: "Tenha em mãos: {}",
    qr_caption: "Veja a sua vez no celular",
    reprint: "Reimpressão, mesma senha",
    rehearsal: "Treinamento, não é real",
    transfer_title: "Papel para outra seção",
    transfer_to: "Dirija-se a: {}",
    place_unknown: "Pergunte à equipe onde fica",
    transfer_show: "Mostre este papel à equipe de lá. Sua senha continua a mesma.",
    tag_title: "Ficha numerada",
    tag_near: "Aguarde perto de: {}",
    tag_call: "O número da ficha será chamado.",
    tag_return: "Devolva a ficha no balcão.",
    greeting: "Retire uma senha",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_word_and_a_place_for_the_same_values() {
        for language in Language::ALL {
            let words = words(language);
            for text in [words.ahead, words.window, words.bring, words.transfer_to, words.tag_near]
            {
                assert_eq!(text.matches("{}").count(), 1, "{}: {text}", language.tag());
            }
            for text in [words.wait, words.ahead_none, words.ahead_one, words.window_unknown] {
                assert!(!text.is_empty() && !text.contains("{}"), "{}: {text}", language.tag());
            }
        }
    }

    #[test]
    fn slips_say_what_the_screens_say() {
        let screens = [
            (Language::English, include_str!("../../web/shared/i18n/resident/en.ts")),
            (
                Language::ChineseSimplified,
                include_str!("../../web/shared/i18n/resident/zh-Hans.ts"),
            ),
            (
                Language::ChineseTraditional,
                include_str!("../../web/shared/i18n/resident/zh-Hant.ts"),
            ),
            (Language::Korean, include_str!("../../web/shared/i18n/resident/ko.ts")),
            (Language::Vietnamese, include_str!("../../web/shared/i18n/resident/vi.ts")),
            (Language::Nepali, include_str!("../../web/shared/i18n/resident/ne.ts")),
            (Language::Filipino, include_str!("../../web/shared/i18n/resident/fil.ts")),
            (Language::Portuguese, include_str!("../../web/shared/i18n/resident/pt.ts")),
        ];
        for (language, screen) in screens {
            let words = words(language);
            let window = words.window.replace("{}", "${window}");
            let bring = words.bring.trim_end_matches("{}").trim_end_matches([' ', ':', '：']);
            let same = [words.ahead_none, words.window_unknown, words.rehearsal, words.greeting];
            for text in same.into_iter().chain([window.as_str(), bring]) {
                assert!(screen.contains(text), "{}: {text}", language.tag());
            }
        }
    }
}
