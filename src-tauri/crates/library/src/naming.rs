//! What files of the library are called.

use swath_domain::{Content, Scene};

/// Where a part of a scene goes inside the library's folder, with `/` between the parts, as long as nothing else has that name.
pub fn place_of(scene: &Scene, content: &Content) -> String {
    let _ = content;
    scene.id.item().to_owned()
}
