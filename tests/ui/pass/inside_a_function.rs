//! A route may be in a function, as in documentation tests.

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
