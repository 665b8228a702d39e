//! Notices on the desktop: a batch of downloads has ended, or something in it failed.
//!
//! The page may be hidden or minimised then, so the words stand here, in both languages. A desktop without a place for notices is no
//! reason to fail.

use std::sync::Arc;

use tauri::plugin::Plugin;
use tauri::{AppHandle, Runtime};
use tauri_plugin_notification::NotificationExt;

use crate::view::Language;

/// A title and a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What happened, to what.
    pub title: String,
    /// More about it.
    pub body: String,
}

/// Shows a notice; returns at once, whether there is somebody to see it or not.
pub type Show = Arc<dyn Fn(Notice) + Send + Sync>;

/// On the system's desktop.
pub fn native<R: Runtime>(app: &AppHandle<R>) -> Show {
    let app = app.clone();
    Arc::new(move |Notice { title, body }| {
        if let Err(error) = app.notification().builder().title(title).body(body).show() {
            tracing::debug!(%error, "the desktop takes no notices");
        }
    })
}

/// The plugin that shows them, without what it would bring into the page: a script and commands that nobody needs there.
pub fn plugin<R: Runtime>() -> impl Plugin<R> {
    Unseen(tauri_plugin_notification::init())
}

struct Unseen<P>(P);

impl<R: Runtime, P: Plugin<R>> Plugin<R> for Unseen<P> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn initialize(&mut self, app: &AppHandle<R>, config: serde_json::Value) -> Result<(), Box<dyn std::error::Error>> {
        self.0.initialize(app, config)
    }
}

impl Notice {
    /// The last transfer of a batch has ended. `None` when nothing came of it because the user had cancelled it.
    pub fn batch(language: Language, name: &str, succeeded: usize, failed: usize) -> Option<Self> {
        let chinese = is_chinese(language);
        let title = match (succeeded, failed, chinese) {
            (0, 0, _) => return None,
            (0, _, false) => format!("Download failed: {name}"),
            (0, _, true) => format!("下载失败：{name}"),
            (_, _, false) => format!("Download finished: {name}"),
            (_, _, true) => format!("下载完成：{name}"),
        };
        let body = match (failed, chinese) {
            (0, false) if succeeded == 1 => "1 scene is in the library.".to_owned(),
            (0, false) => format!("{succeeded} scenes are in the library."),
            (_, false) => format!("{succeeded} in the library, {failed} failed. The downloads say why."),
            (0, true) => format!("已有 {succeeded} 景存入影像库。"),
            (_, true) => format!("{succeeded} 景存入影像库，{failed} 景失败，原因见下载列表。"),
        };
        Some(Self { title, body })
    }

    /// The first failure in a batch that still runs.
    pub fn failure(language: Language, batch: &str, name: &str) -> Self {
        if is_chinese(language) {
            Self {
                title: format!("下载出错：{batch}"), body: format!("{name} 失败，其余继续下载。原因见下载列表。")
            }
        } else {
            Self { title: format!("A download failed: {batch}"), body: format!("{name} failed, the others go on. The downloads say why.") }
        }
    }
}

fn is_chinese(language: Language) -> bool {
    match language {
        Language::En => false,
        Language::Zh => true,
        Language::System => sys_locale::get_locale().is_some_and(|locale| locale.to_ascii_lowercase().starts_with("zh")),
    }
}

#[cfg(test)]
mod tests {
    use tauri::test::{MockRuntime, mock_builder};

    use super::*;

    #[test]
    fn the_desktop_is_reached_and_the_page_gets_nothing_of_it() {
        let app = mock_builder().plugin(plugin()).build(crate::context()).unwrap();
        app.notification().builder().title("not shown");
        assert!(Plugin::<MockRuntime>::initialization_script_2(&plugin()).is_none());
    }

    #[test]
    fn a_notice_says_what_came_of_a_batch() {
        let check = |language, counts: (usize, usize), expected: Option<(&str, &str)>| {
            let notice = Notice::batch(language, "A", counts.0, counts.1);
            assert_eq!(notice.as_ref().map(|n| (n.title.as_str(), n.body.as_str())), expected);
        };
        check(Language::En, (0, 0), None);
        check(Language::En, (1, 0), Some(("Download finished: A", "1 scene is in the library.")));
        check(Language::En, (12, 2), Some(("Download finished: A", "12 in the library, 2 failed. The downloads say why.")));
        check(Language::En, (0, 2), Some(("Download failed: A", "0 in the library, 2 failed. The downloads say why.")));
        check(Language::Zh, (12, 0), Some(("下载完成：A", "已有 12 景存入影像库。")));
        check(Language::Zh, (0, 2), Some(("下载失败：A", "0 景存入影像库，2 景失败，原因见下载列表。")));
    }
}
