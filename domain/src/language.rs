//! Languages residents read and staff speak (R-15, R-140…R-142).

/// A language of the office. Which ones are offered is configuration.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Language {
    /// Japanese, `ja`.
    Japanese,
    /// Plain Japanese (やさしい日本語), `ja-easy`.
    PlainJapanese,
    /// English, `en`.
    English,
    /// Chinese in simplified characters, `zh-Hans`.
    ChineseSimplified,
    /// Chinese in traditional characters, `zh-Hant`.
    ChineseTraditional,
    /// Korean, `ko`.
    Korean,
    /// Vietnamese, `vi`.
    Vietnamese,
    /// Nepali, `ne`.
    Nepali,
    /// Filipino, `fil`.
    Filipino,
    /// Portuguese, `pt`.
    Portuguese,
}

impl Language {
    /// Every language, in the order screens list them.
    pub const ALL: [Language; 10] = [
        Language::Japanese,
        Language::PlainJapanese,
        Language::English,
        Language::ChineseSimplified,
        Language::ChineseTraditional,
        Language::Korean,
        Language::Vietnamese,
        Language::Nepali,
        Language::Filipino,
        Language::Portuguese,
    ];

    /// The language's tag (BCP 47; `ja-easy` is ours).
    pub fn tag(self) -> &'static str {
        match self {
            Language::Japanese => "ja",
            Language::PlainJapanese => "ja-easy",
            Language::English => "en",
            Language::ChineseSimplified => "zh-Hans",
            Language::ChineseTraditional => "zh-Hant",
            Language::Korean => "ko",
            Language::Vietnamese => "vi",
            Language::Nepali => "ne",
            Language::Filipino => "fil",
            Language::Portuguese => "pt",
        }
    }

    /// Finds a language by its tag.
    pub fn from_tag(tag: &str) -> Option<Language> {
        Language::ALL.into_iter().find(|language| language.tag() == tag)
    }

    /// The language a member of staff must speak to serve someone who chose this one.
    ///
    /// Plain Japanese is spoken by everybody at a Japanese counter, and both written forms of
    /// Chinese are one skill for the posting of staff.
    pub fn spoken(self) -> Language {
        match self {
            Language::PlainJapanese => Language::Japanese,
            Language::ChineseTraditional => Language::ChineseSimplified,
            Language::Japanese
            | Language::English
            | Language::ChineseSimplified
            | Language::Korean
            | Language::Vietnamese
            | Language::Nepali
            | Language::Filipino
            | Language::Portuguese => self,
        }
    }
}
