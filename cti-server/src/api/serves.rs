//! What serves an endpoint: an async function of extractors.

use super::Api;
use axum::extract::{FromRequest, FromRequestParts};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use futures_util::future::BoxFuture;
use std::sync::Arc;

/// axum's `Handler`, but with a future of one type from here on: else the compiler would prove again for each of axum's layers around each
/// endpoint that all its function ever waits for may go to another thread, which took most of a build. `T` are the extractors.
pub(super) trait Serves<T> {
    fn on(self, method: MethodFilter) -> MethodRouter<Arc<Api>>;
}

/// For one number of extractors: those that read the head, and the last, which may read the body.
macro_rules! serves {
    ([$($head:ident),*], $last:ident) => {
        impl<F, Fut, R, M, $($head,)* $last> Serves<(M, $($head,)* $last,)> for F
        where
            F: FnOnce($($head,)* $last) -> Fut + Clone + Send + Sync + 'static,
            Fut: Future<Output = R> + Send + 'static,
            R: IntoResponse + 'static,
            M: 'static,
            $($head: FromRequestParts<Arc<Api>> + Send + 'static,)*
            $last: FromRequest<Arc<Api>, M> + Send + 'static,
        {
            #[expect(non_snake_case, reason = "each extractor is named by its type")]
            fn on(self, method: MethodFilter) -> MethodRouter<Arc<Api>> {
                on(method, move |$($head: $head,)* $last: $last| -> BoxFuture<'static, Response> {
                    let answer = self($($head,)* $last);
                    Box::pin(async move { answer.await.into_response() })
                })
            }
        }
    };
}

serves!([], T1);
serves!([T1], T2);
serves!([T1, T2], T3);
serves!([T1, T2, T3], T4);
serves!([T1, T2, T3, T4], T5);
serves!([T1, T2, T3, T4, T5], T6);
serves!([T1, T2, T3, T4, T5, T6], T7);
serves!([T1, T2, T3, T4, T5, T6, T7], T8);

impl<F, Fut, R> Serves<((),)> for F
where
    F: FnOnce() -> Fut + Clone + Send + Sync + 'static,
    Fut: Future<Output = R> + Send + 'static,
    R: IntoResponse + 'static,
{
    fn on(self, method: MethodFilter) -> MethodRouter<Arc<Api>> {
        on(method, self)
    }
}
