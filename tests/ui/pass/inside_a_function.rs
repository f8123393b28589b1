//! A route where documentation tests have it: in a function.

use ws_runtime::{Server, ws_route};

fn main() {
    struct Echo;

    #[ws_route("/echo/{room}", body = String, response = String)]
    impl Echo {
        fn message(&self, text: String) -> String {
            text
        }
    }

    let _ = Server::new().route(Echo);
}
