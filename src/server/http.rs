//! The health endpoint: `/healthz`, `/readyz`, `/metrics`. It is read-only and discloses no mail.

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header},
    middleware::map_response,
    response::{IntoResponse, Response},
    routing::get,
};
use metrics::gauge;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::{Serving, connections::Limited, health::readiness};
use crate::service::metrics::{MARGIN, MARGIN_HOURS, PASS, PASS_SECONDS};

/// The Prometheus recorder of this process.
#[derive(Debug, Clone)]
pub(super) struct Metrics(PrometheusHandle);

impl Metrics {
    /// Installs the recorder on the first call. Later calls return the same one.
    pub(super) fn install() -> Option<Self> {
        static COUNTING: OnceLock<Option<Metrics>> = OnceLock::new();
        COUNTING.get_or_init(Self::begin).clone()
    }

    fn begin() -> Option<Self> {
        let buckets = |builder: PrometheusBuilder, name: &str, buckets: &[f64]| {
            builder.set_buckets_for_metric(Matcher::Full(name.to_owned()), buckets)
        };
        let builder = buckets(PrometheusBuilder::new(), MARGIN, &MARGIN_HOURS).ok()?;
        let builder = buckets(builder, PASS, &PASS_SECONDS).ok()?;
        builder.install_recorder().ok().map(Self)
    }
}

#[derive(Clone)]
struct Shared {
    serving: Arc<Serving>,
    metrics: Option<Metrics>,
}

/// Opens the port. The desk does not start if the port is in use.
pub(super) async fn bind(address: SocketAddr) -> std::io::Result<TcpListener> {
    TcpListener::bind(address).await
}

pub(super) async fn run(
    serving: Arc<Serving>,
    listener: std::io::Result<std::net::TcpListener>,
    metrics: Option<Metrics>,
    stop: CancellationToken,
) {
    let routes = Router::new()
        .route("/healthz", get(async || "alive\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(figures))
        // One request a connection, so that its place is free at once.
        .layer(map_response(async |response: Response| ([(header::CONNECTION, "close")], response)))
        .with_state(Shared { serving, metrics });
    let served = async {
        let listener = TcpListener::from_std(listener?)?;
        info!(address = %listener.local_addr()?, "health endpoint");
        axum::serve(Limited::new(listener), routes).await
    };
    tokio::select! {
        Err(error) = served => warn!("health endpoint: {error}"),
        () = stop.cancelled() => {}
    }
    // If the endpoint fails, the desk keeps running, so do not return before `stop`.
    stop.cancelled().await;
}

async fn ready(State(shared): State<Shared>) -> Response {
    let readiness = readiness(&shared.serving).await;
    let status = if readiness.ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = serde_json::to_string(&readiness).unwrap_or_default() + "\n";
    (status, [(header::CONTENT_TYPE, "application/json")], body).into_response()
}

async fn figures(State(shared): State<Shared>) -> Response {
    let Some(metrics) = &shared.metrics else { return StatusCode::NOT_FOUND.into_response() };
    let readiness = readiness(&shared.serving).await;
    gauge!("madoguchi_ready").set(if readiness.ready { 1.0 } else { 0.0 });
    if let Ok(counts) = shared.serving.desk.store.counts(shared.serving.desk.clock.now()).await {
        #[expect(clippy::cast_precision_loss, reason = "counts of a desk are exact in f64")]
        let number = |count: u64| count as f64;
        for (status, count) in &counts.tickets {
            gauge!("madoguchi_tickets", "status" => status.clone()).set(number(*count));
        }
        gauge!("madoguchi_tickets_overdue").set(number(counts.overdue));
        gauge!("madoguchi_outbox_queued").set(number(counts.queued));
        gauge!("madoguchi_outbox_undelivered").set(number(counts.undelivered));
        gauge!("madoguchi_messages_pending").set(number(counts.pending));
        gauge!("madoguchi_messages_parked").set(number(counts.parked));
        gauge!("madoguchi_outbox_oldest_seconds").set(number(counts.oldest_queued.unwrap_or_default()));
    }
    #[expect(clippy::cast_precision_loss, reason = "seconds of some years are exact in f64")]
    let seconds = |count: i64| count as f64;
    gauge!("madoguchi_warnings").set(u32::try_from(readiness.warnings.len()).map_or(f64::MAX, f64::from));
    gauge!("madoguchi_silence_business_seconds").set(seconds(readiness.silence_business_seconds));
    if let Some(since) = readiness.seconds_since_intake {
        gauge!("madoguchi_seconds_since_intake").set(seconds(since));
    }
    for token in &readiness.tokens {
        let left = i64::try_from(token.expires_in_seconds.unwrap_or_default()).unwrap_or(i64::MAX);
        gauge!("madoguchi_token_expires_in_seconds", "section" => token.section).set(seconds(left));
        let age = i64::try_from(token.age_seconds.unwrap_or_default()).unwrap_or(i64::MAX);
        gauge!("madoguchi_token_age_seconds", "section" => token.section).set(seconds(age));
    }
    if let Some(count) = shared.serving.desk.health.report().unexplained {
        gauge!("madoguchi_messages_unexplained").set(u32::try_from(count).map_or(f64::MAX, f64::from));
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], metrics.0.render()).into_response()
}
