//! A macro may generate the block, its path, its types and its handlers.

use ws_runtime::Server;

pub use ws_runtime as ws;

macro_rules! echo {
    ($name:ident, $path:literal, $body:ty, $timeout:literal, $($handler:item)*) => {
        struct $name;

        #[$crate::ws::ws_route($path, body = $body, response = $body, idle_timeout = $timeout, crate = $crate::ws)]
        impl $name {
            fn open(&self, ws: &$crate::ws::Socket<Self>) {
                let _ = ws;
            }

            async fn message(&self, text: $body) -> $body {
                text
            }
        }

        $($handler)*
    };
}

echo!(Text, "/text/{room}", String, 60,);
echo!(Number, "/number", Vec<u32>, "2m", const _: () = (););

macro_rules! served {
    ($contract:path, $name:ident { $($handlers:tt)* }) => {
        struct $name;

        #[ws_runtime::ws_route($contract)]
        impl $name {
            $($handlers)*
        }
    };
}

mod api {
    use ws_runtime::ws_contract;

    #[ws_contract("/served", body = String)]
    pub struct Api;
}

served!(api::Api, Served { fn message(&self, text: String) { drop(text); } });

macro_rules! variants {
    ($name:ident, $body:ty) => {
        struct $name;

        #[ws_runtime::ws_route("/variants", body = $body)]
        impl $name {
            fn message_on(&self) {}
            fn message_off(&self) {}
        }
    };
}

#[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
enum Switch {
    On,
    Off,
}

variants!(Switched, Switch);

fn main() {
    let _ = Server::new().route(Text).route(Number).route(Served).route(Switched);
    let _ = (Switch::On, Switch::Off);
}
