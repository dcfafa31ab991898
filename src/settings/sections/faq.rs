//! `[faq]`: files with released questions and answers.

use serde::Deserialize;

/// `[faq]`: what files with released questions and answers say of themselves.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Faq {
    /// Title of the files.
    pub title: String,
    /// The only purpose for which their content may be used. Each file states it.
    pub purpose: String,
}

impl Default for Faq {
    fn default() -> Self {
        Self {
            title: "ガイドブック改訂のための質問と回答".into(),
            // 別紙1 注意事項
            purpose: "ガイドブック（在宅医療に必要な連携を担う拠点の整備・運用に関するガイドブック）の改訂の参考。その他の目的では使用しません。".into(),
        }
    }
}
