//! Sample meetings and visits.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::number;
use crate::{
    desk::meeting::{Meeting, MeetingKind, MeetingStage},
    letter::{
        CaseContext, Change, MeetingContext, MeetingFacts, MeetingWords, OpenPointsContext, Profile,
        StaffCommon, addressee,
    },
};

/// 2025-09-02 14:00 in Tokyo, in Unix seconds.
const STARTS_AT: i64 = 1_756_789_200;

const REGION: &str = "花里県 花里在宅医療圏域";

fn sample(kind: MeetingKind, full: bool) -> Meeting {
    let starts = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::seconds(STARTS_AT);
    let text = |text: &str| full.then(|| text.to_owned());
    Meeting {
        kind,
        nth: 1,
        stage: MeetingStage::Set,
        starts,
        ends: starts + TimeDelta::hours(2),
        place: text("花里県庁 第2会議室"),
        url: text("https://meet.example.jp/j/123"),
        agenda: text("現状の把握\n課題の確認"),
        adviser: text("yamamoto@univ.example.jp"),
        sequence: 1,
    }
}

fn words(meeting: &Meeting, change: Change, full: bool) -> MeetingWords {
    MeetingWords::new(&MeetingFacts {
        number: number(31).to_string(),
        region: REGION,
        meeting,
        change,
        was: full.then(|| (meeting.starts - TimeDelta::days(4), meeting.ends - TimeDelta::days(4))),
        adviser: full.then_some(("山本 一郎", "北山大学")),
        most_visits: 3,
        zone: Tz::Asia__Tokyo,
        now: meeting.starts - TimeDelta::days(14),
    })
}

/// A changed meeting in full, or a new one with nothing but its day.
pub(super) fn meeting(profile: &Profile, full: bool) -> MeetingContext {
    let change = if full { Change::Changed } else { Change::New };
    let words = words(&sample(MeetingKind::Meeting, full), change, full);
    let recipient = addressee(Some("花里県 保健医療部 医療政策課"), Some(if full { "早川 望" } else { "" }));
    let text = if full { "資料は、当日お配りいたします。".to_owned() } else { String::new() };
    MeetingContext { text, ..MeetingContext::new(profile, &number(31).to_string(), recipient, words) }
}

pub(super) fn request(profile: &Profile, full: bool) -> MeetingContext {
    let words = words(&sample(MeetingKind::Visit, full), Change::New, full);
    let recipient = addressee(Some("北山大学"), Some("山本 一郎 先生"));
    MeetingContext {
        to_adviser: true,
        ..MeetingContext::new(profile, &number(31).to_string(), recipient, words)
    }
}

pub(super) fn digest() -> Vec<CaseContext> {
    let lines = [
        "第1回会議（6月30日（月））の議事録がありません",
        "第2回会議（7月8日（火）14時）の予定があります",
        "アドバイザー派遣（1回目）（7月15日（火））は、アドバイザーのお返事がありません",
    ];
    let lines = lines.map(str::to_owned).to_vec();
    vec![CaseContext { number: number(31).to_string(), region: REGION.to_owned(), lines }]
}

pub(super) fn open_points(common: StaffCommon) -> OpenPointsContext {
    OpenPointsContext {
        common,
        ends: "令和8年2月28日".to_owned(),
        cases: vec![CaseContext {
            number: number(31).to_string(),
            region: REGION.to_owned(),
            lines: vec!["第3回会議（2月10日）の議事録がありません".to_owned()],
        }],
    }
}
