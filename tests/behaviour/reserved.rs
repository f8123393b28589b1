//! `reserved_tag`: a contract chooses the tag of the library's own frames, so that its responses may use `type`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use ws_runtime::{Server, Socket, testing::Site, ws_contract, ws_route};

#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
struct Ask {
    fail: bool,
}

/// A response whose variants look like the library's frames with the default tag `type`.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Report {
    Error { detail: String },
    Validation { on: String, detail: String, errors: Vec<String> },
}

fn answer(ask: &Ask) -> Result<Report, &'static str> {
    if ask.fail { Err("it failed") } else { Ok(Report::Error { detail: "mine".into() }) }
}

struct Renamed;

#[ws_route("/renamed", body = Ask, response = Report, reserved_tag = "$kind")]
impl Renamed {
    fn message(&self, ask: Ask) -> Result<Report, &'static str> {
        answer(&ask)
    }
}

struct Clashing;

#[ws_route("/clashing", body = Ask, response = Report)]
impl Clashing {
    fn message(&self, ask: Ask) -> Result<Report, &'static str> {
        answer(&ask)
    }
}

/// A shared contract that sets the tag.
#[ws_contract("/shared", body = Ask, response = Report, reserved_tag = "a \"b\"")]
struct SharedApi;

struct Shared;

#[ws_route(SharedApi)]
impl Shared {
    fn message(&self, ws: &Socket<Self>, ask: Ask) -> Result<Report, &'static str> {
        let _ = ws;
        answer(&ask)
    }
}

#[tokio::test(start_paused = true)]
async fn reserved_tag_names_the_member_of_error_frames() {
    let site = Site::start(Server::new().route(Renamed).route(Shared));
    let mut renamed = site.connect::<Renamed>("/renamed").await.expect("it is accepted");
    let mut shared = site.connect::<Shared>("/shared").await.expect("it is accepted");

    renamed.send(&Ask { fail: true }).await;
    assert_eq!(renamed.receive_error().await, json!({"$kind": "error", "detail": "internal error"}));
    renamed.send_text("{}").await;
    let error = renamed.receive_error().await;
    assert_eq!((&error["$kind"], &error["on"]), (&json!("validation"), &json!("message")));
    renamed.send(&Ask { fail: false }).await;
    assert_eq!(renamed.receive().await, Report::Error { detail: "mine".into() });

    shared.send(&Ask { fail: true }).await;
    assert_eq!(shared.receive_error().await, json!({"a \"b\"": "error", "detail": "internal error"}));
}

#[tokio::test(start_paused = true)]
async fn response_with_a_reserved_tag_does_not_start() {
    let errors = Site::try_start(Server::new().route(Clashing)).expect_err("it does not start");
    let text = format!("{errors:?}");
    for part in ["/clashing", "Report", "rename the variant", "reserved_tag"] {
        assert!(text.contains(part), "{text}");
    }
}
