//! Sample letters about results.

use super::{KEY, application::call, number};
use crate::{
    desk::{
        application::decision::{Caution, Decision, Obstacle, ResultLetter},
        triage::Rules,
    },
    letter::{
        Profile, StaffCommon, SupportContext, addressee,
        inquirer::TicketContext,
        results::{
            ResultContext, ResultWords, ResultsDueContext, ResultsPreviewContext, caution_in_words,
            obstacle_in_words, results_link, score_in_words,
        },
    },
};

const REGION: &str = "花里県 花里在宅医療圏域";

pub(super) fn letter(profile: &Profile, rules: &Rules, decision: Decision, full: bool) -> ResultContext {
    let text = "候補地が多く、選定にあたり地域の体制を考慮いたしました。";
    ResultContext {
        desk: profile.into(),
        ticket: TicketContext { number: number(1).to_string() },
        support: SupportContext::from(&call(rules)),
        window: rules.into(),
        hours: profile.hours.clone(),
        recipient: addressee(Some("花里県"), full.then_some("及川 恵")),
        organization: "花里市役所 健康福祉部".to_owned(),
        name: "森 健次".to_owned(),
        region: REGION.to_owned(),
        selected: decision == Decision::Selected,
        text: if full { text.to_owned() } else { String::new() },
    }
}

pub(super) fn preview(common: StaffCommon, profile: &Profile, full: bool) -> ResultsPreviewContext {
    let code = "1a2b3c4d".to_owned();
    let letter = ResultLetter {
        number: number(1),
        decision: Decision::Selected,
        to: "mori@city.example.jp".to_owned(),
        subject: "[ZT-2025-0001] 選定結果のお知らせ".to_owned(),
        body: "花里市役所 健康福祉部\n森 健次 様\n\n（本文）".to_owned(),
    };
    let score = score_in_words(Some(16.5), 2, 1);
    let obstacles = [Obstacle::NobodySelected, Obstacle::NotAtRest(number(2))];
    let cautions = [Caution::Places { selected: 2, places: 1 }, Caution::Unreviewed(number(2))];
    ResultsPreviewContext {
        common,
        number: number(1).to_string(),
        key: KEY.to_owned(),
        send_link: results_link(&profile.address, &number(1), KEY, &code),
        code,
        obstacles: if full { Vec::new() } else { obstacles.iter().map(obstacle_in_words).collect() },
        cautions: if full { cautions.iter().map(caution_in_words).collect() } else { Vec::new() },
        letters: vec![ResultWords::new(&letter, REGION.to_owned(), score, false)],
    }
}

pub(super) fn due(common: StaffCommon, full: bool) -> ResultsDueContext {
    ResultsDueContext {
        common,
        results_by: "令和7年8月14日（木）".to_owned(),
        days: 5,
        passed: full,
        waiting: vec![obstacle_in_words(&Obstacle::Undecided(number(2)))],
    }
}
