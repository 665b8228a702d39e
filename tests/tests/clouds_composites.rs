//! From clouds to an image that one can believe: the cautious default, every method, one kept day, gaps, parts of a period.

#![allow(clippy::unwrap_used, reason = "a test gives up where something is missing")]

use swath_demo::Demo;
use swath_domain::{
    BestPixel, CompositeMethod, CompositeStep, DateRange, Dropped, Evening, Every, Fill, Gaps, Index, JobState, Order, Recipe, Step, how,
};
use swath_tests::expected::mean_error;
use swath_tests::provider::Provider;
use swath_tests::rig::{Files, Rig};
use swath_tests::scenes::{BANDS, recipe, scenes};
use swath_tests::tiff::Tiff;

/// The recipe of the tests with another composite step.
fn composed(demo: &Demo, change: impl Fn(&mut CompositeStep)) -> Recipe {
    let mut recipe = recipe(demo);
    for step in &mut recipe.steps {
        if let Step::Composite(step) = step {
            change(step);
        }
    }
    recipe
}

fn cautious(step: &mut CompositeStep) {
    *step = CompositeStep::of(BANDS.to_vec());
}

/// Days of the scenes, in order.
fn days(server: &Provider) -> Vec<jiff::civil::Date> {
    let day = |item: &serde_json::Value| item["properties"]["datetime"].as_str().unwrap()[..10].parse().unwrap();
    let mut days: Vec<jiff::civil::Date> = server.items().iter().map(day).collect();
    days.sort();
    days.dedup();
    days
}

/// A quality layer by its name.
fn layer(files: &Files, name: &str) -> Vec<u16> {
    let names = ["looks", "source", "date", "how", "rejected", "score"];
    let told: Vec<_> =
        names.into_iter().filter(|name| files.quality.metadata().contains(&format!("role=\"description\">{name}<"))).collect();
    let at = told.iter().position(|told| *told == name).unwrap_or_else(|| panic!("{name} is not among {told:?}"));
    files.quality.pixels(at)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cautious_default_is_no_worse_than_the_plain_median_and_says_how_each_pixel_came_to_be() {
    let demo = scenes();
    let server = Provider::start(&demo.folder).await;
    let rig = Rig::new(&server);
    let plain = rig.make(&recipe(&demo)).await;
    let made = rig.make(&composed(&demo, cautious)).await;
    let (how, count) = (layer(&made, "how"), layer(&plain, "looks"));
    assert!(how.iter().zip(&count).all(|(how, count)| (*how == how::NONE) == (*count == 0)), "whatever the mask calls clear is filled");
    assert!(how.iter().all(|how| *how <= 4 || *how == how::SUSPECT), "grades and suspects only");
    let date = layer(&made, "date");
    let first = days(&server)[0].since(jiff::civil::date(1970, 1, 1)).unwrap().get_days() as u16;
    assert!(date.iter().zip(&how).all(|(date, how)| (*how == 0) == (*date == 0) && (*date == 0 || *date >= first)));
    for (band, key) in ["red", "nir"].iter().enumerate() {
        let truth = Tiff::new(std::fs::read(demo.truth.join(format!("{key}.tif"))).unwrap());
        let truth = swath_tests::expected::Cut::of(&made.composite, &truth).take(&truth, 1);
        let error = |files: &Files| mean_error(&files.composite.pixels(band), &truth, |at| count[at] >= 2);
        assert!(error(&made) < error(&plain) * 1.1 + 5.0, "{key}: {} against {}", error(&made), error(&plain));
    }
    let holes = made.record.holes.clone().unwrap();
    assert_eq!(holes.by_how.values().sum::<u64>(), holes.area_pixels);
    assert!(holes.area_pixels > 100_000 && holes.largest_pixels <= holes.empty_pixels, "{holes:?}");
    assert!(made.record.sources.iter().flat_map(|s| &s.bands).any(|band| band.corrections.iter().any(|c| c.why == "balance")));
    // The record's own recipe gives the same bytes again, in another library and in whatever order blocks come.
    let again = Rig::new(&server);
    server.set_pace(Some(20 << 20));
    again.make(&made.record.recipe).await.assert_same(&made.bytes(), "from the record");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_method_fills_what_is_clear_and_nothing_else() {
    let demo = scenes();
    let server = Provider::start(&demo.folder).await;
    let rig = Rig::new(&server);
    let count = layer(&rig.make(&recipe(&demo)).await, "looks");
    let best = BestPixel { weight_opacity: 0.5, ..BestPixel::default() };
    for method in [
        CompositeMethod::Percentile(25.0),
        CompositeMethod::Mean,
        CompositeMethod::FirstClear,
        CompositeMethod::MaxIndex(Index::Ndvi),
        CompositeMethod::Medoid,
        CompositeMethod::GeometricMedian,
        CompositeMethod::BestPixel(best),
    ] {
        let files = rig.make(&composed(&demo, |step| step.method = method.clone())).await;
        let (red, looks) = (files.composite.pixels(0), layer(&files, "looks"));
        assert_eq!(looks, count, "{method:?}");
        assert!(red.iter().zip(&count).all(|(red, count)| (*red == 0) == (*count == 0)), "{method:?}");
        if matches!(method, CompositeMethod::BestPixel(_)) {
            assert!(layer(&files, "score").iter().zip(&count).all(|(score, count)| (*score == 0) == (*count == 0)));
        }
    }
    let few = |order| composed(&demo, |step| (step.at_most, step.least_share, step.order) = (Some(1), Some(0.01), order));
    server.forget_traffic();
    let one = Rig::new(&server).make(&few(Order::Clearest)).await;
    let fetched = server.traffic().bytes("/files/");
    assert!(layer(&one, "looks").iter().zip(&count).all(|(one, all)| *one == (*all).min(1)), "one look each, and none is lost");
    server.forget_traffic();
    Rig::new(&server).make(&recipe(&demo)).await;
    assert!(fetched * 10 < server.traffic().bytes("/files/") * 9, "fewer bytes: {fetched}");
    let (latest, earliest) = (rig.make(&few(Order::Latest)).await, rig.make(&few(Order::Earliest)).await);
    let pairs: Vec<_> = layer(&latest, "source").into_iter().zip(layer(&earliest, "source")).collect();
    assert!(pairs.iter().all(|(late, early)| late >= early) && pairs.iter().any(|(late, early)| late > early));
    rig.make(&composed(&demo, |step| step.evening = Some(Evening::default()))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_day_is_kept_to_the_bit_and_its_holes_are_filled() {
    let demo = scenes();
    let server = Provider::start(&demo.folder).await;
    let rig = Rig::new(&server);
    let day = days(&server)[2];
    let mut alone = recipe(&demo);
    alone.dates = DateRange::new(day, day).unwrap();
    let alone = rig.make(&alone).await;
    let filled = rig.make(&composed(&demo, |step| step.method = CompositeMethod::Fill(Fill { date: day }))).await;
    let how = layer(&filled, "how");
    let (before, after) = (alone.composite.pixels(0), filled.composite.pixels(0));
    let mut kept = 0;
    for (at, how) in how.iter().enumerate() {
        if *how == how::KEPT {
            assert_eq!(before[at], after[at], "pixel {at}");
            kept += 1;
        }
        assert!(before[at] == 0 || after[at] > 0, "pixel {at} was there");
    }
    assert!(kept > 1000 && how.contains(&how::FILLED), "some of both");
}

#[tokio::test(flavor = "multi_thread")]
async fn gaps_are_filled_from_beyond_the_period_only_where_asked_and_marked() {
    let demo = scenes();
    let server = Provider::start(&demo.folder).await;
    let rig = Rig::new(&server);
    let day = days(&server)[2];
    let with = |gaps| {
        let mut recipe = composed(&demo, |step| step.gaps = gaps);
        recipe.dates = DateRange::new(day, day).unwrap();
        recipe
    };
    let empty = rig.make(&with(Gaps::Empty)).await;
    for gaps in [Gaps::Nearest(60), Gaps::Linear(60), Gaps::Smooth(60), Gaps::Similar(60)] {
        let files = rig.make(&with(gaps)).await;
        let (how, red, before) = (layer(&files, "how"), files.composite.pixels(0), empty.composite.pixels(0));
        for at in 0..red.len() {
            assert!(before[at] == 0 || before[at] == red[at], "{gaps:?}: a clear pixel stays");
            let filled = matches!(how[at], how::IN_TIME | how::SIMILAR);
            assert_eq!(filled, before[at] == 0 && red[at] > 0, "{gaps:?}: marked where filled");
        }
        let holes = files.record.holes.clone().unwrap();
        assert!(holes.empty_pixels < empty.record.holes.clone().unwrap().empty_pixels, "{gaps:?}: {holes:?}");
        assert!(files.record.sources.iter().any(|source| source.beyond), "{gaps:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_part_of_a_period_gets_an_image_and_parts_without_scenes_none() {
    let demo = scenes();
    let server = Provider::start(&demo.folder).await;
    let rig = Rig::new(&server);
    let days = days(&server);
    let id = rig.submit(&composed(&demo, |step| step.every = Some(Every::Days(3))));
    let last = rig.product_of(id).await;
    let mut products = rig.engine.library().products().list(&Default::default()).unwrap();
    products.sort_by_key(|product| product.id);
    let with_scenes =
        demo.dates.parts(Every::Days(3)).into_iter().filter(|part| days.iter().any(|day| (part.from()..=part.to()).contains(day)));
    let expected: Vec<_> = with_scenes.collect();
    assert_eq!(products.iter().map(|product| product.dates).collect::<Vec<_>>(), expected);
    assert!(products.len() > 1 && last.product.id == products.last().unwrap().id);
    assert!(last.product.name.ends_with(&expected.last().unwrap().from().to_string()), "{}", last.product.name);
    rig.cleared(id).await;
    let other = Rig::new(&server);
    let alone = other.make(&last.record.recipe).await;
    alone.assert_same(&last.bytes(), "the recipe of a part makes the same by itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_everything_is_cloud_the_image_is_empty_and_says_so() {
    let demo = scenes();
    let server = Provider::start(&demo.folder).await;
    let rig = Rig::new(&server);
    let mut all = composed(&demo, cautious);
    for step in &mut all.steps {
        if let Step::Mask(step) = step {
            step.drop = (0..=11).map(Dropped::Scl).collect();
        }
    }
    let id = rig.submit(&all);
    let job = rig.ended(id).await;
    assert_eq!(job.state, JobState::Succeeded, "{:?}", job.error);
    let files = rig.files(job.product.unwrap());
    let holes = files.record.holes.clone().unwrap();
    assert!(holes.area_pixels > 0 && holes.empty_pixels == holes.area_pixels && holes.largest_pixels == holes.area_pixels, "{holes:?}");
    assert!(files.composite.pixels(0).iter().all(|pixel| *pixel == 0));
}
