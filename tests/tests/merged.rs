//! Two catalogues that describe the same scenes under other ids: one list of scenes, what each lacks, and words for the one that fails.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test gives up where something is missing, and tells its figures")]

use std::collections::BTreeSet;

use serde_json::Value;
use swath_domain::{AccountKind, Change, JobState, Never, Query, Recipe, Step, Stop};
use swath_pipeline::{Engine, PipelineError, SearchUpdate, Searched};
use swath_remote::provider::Provider as Catalogue;
use swath_tests::provider::{Fault, Kind, Paging, Provider};
use swath_tests::rig::{Rig, catalogue_named};
use swath_tests::scenes::{recipe, scenes};

/// The demo's scenes, and the same under other ids; each catalogue lacks one.
struct Two {
    first: Provider,
    second: Provider,
    /// Items that only one of them has.
    only_first: String,
    only_second: String,
}

impl Two {
    async fn start() -> Self {
        let folder = scenes().folder;
        let whole = Provider::start(&folder).await;
        let ids: Vec<String> = whole.items().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
        let (lacks_first, lacks_second) = (ids[1].clone(), ids[2].clone());
        let first = Provider::start_with(&folder, |item: &mut Value| item["id"] != lacks_first.as_str()).await;
        let second = Provider::start_with(&folder, |item: &mut Value| {
            let keep = item["id"] != lacks_second.as_str();
            item["id"] = format!("TWIN_{}", item["id"].as_str().unwrap()).into();
            keep
        })
        .await;
        second.set_paging(Paging::Body);
        Self { first, second, only_first: lacks_second, only_second: format!("TWIN_{lacks_first}") }
    }

    fn catalogues(&self) -> Vec<Catalogue> {
        vec![catalogue_named("first", &self.first), catalogue_named("second", &self.second)]
    }

    fn rig(&self) -> Rig {
        Rig::with(&self.catalogues())
    }
}

fn query() -> Query {
    recipe(&scenes()).query().unwrap()
}

/// What a search said and found.
struct Told {
    found: Result<Searched, String>,
    updates: Vec<SearchUpdate>,
}

async fn search(engine: &Engine, providers: Option<&[String]>) -> Told {
    let mut updates = Vec::new();
    let found = engine.search_all(&query(), providers, &Never, &mut |update| updates.push(update)).await;
    let found = found.map_err(|stop| match stop {
        Stop::Failed(error) => format!("{}: {error}", error.code()),
        Stop::Cancelled => "cancelled".to_owned(),
    });
    Told { found, updates }
}

impl Told {
    fn scenes(&self) -> &[Change] {
        &self.found.as_ref().unwrap().changes
    }

    /// `provider: words` of each that failed.
    fn failures(&self) -> Vec<String> {
        let failed = |update: &SearchUpdate| match update {
            SearchUpdate::Failed { provider, error } => Some(format!("{provider}: {error}")),
            _ => None,
        };
        self.updates.iter().filter_map(failed).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn scenes_of_both_become_one_list_whoever_answers_first() {
    let two = Two::start().await;
    let rig = two.rig();
    let all = scenes().options.dates as usize;
    let mut lists = Vec::new();
    for late in [&two.first, &two.second] {
        let hold = late.hold("/search");
        let early = if std::ptr::eq(late, &two.first) { &two.second } else { &two.first };
        early.forget_traffic();
        let release = async {
            early.until(|traffic| traffic.requests("/search") > 0).await;
            drop(hold);
        };
        let (told, ()) = tokio::join!(search(&rig.engine, None), release);
        assert_eq!((told.scenes().len(), told.failures()), (all, Vec::new()));
        let both = told.scenes().iter().filter(|change| change.scene.providers().count() == 2).count();
        assert_eq!(both, all - 2, "all but the two that one of them lacks");
        let of = |change: &&Change| change.scene.assets.values().all(|asset| asset.provider == "first");
        assert_eq!(told.scenes().iter().filter(of).count(), all - 1, "the first catalogue is preferred where it has a scene");
        assert!(told.scenes().iter().all(|change| change.superseded_by.is_none()));
        let done = |update: &SearchUpdate| matches!(update, SearchUpdate::Done { count, .. } if *count == all - 1);
        assert_eq!(told.updates.iter().filter(|update| done(update)).count(), 2);
        let lacks = &told.found.as_ref().unwrap().completeness;
        let lacking = |id: &str| lacks.iter().find(|lack| lack.provider == id).unwrap().lacking.clone();
        assert_eq!(lacking("first").iter().map(|id| id.item()).collect::<Vec<_>>(), [two.only_second.as_str()]);
        assert_eq!(lacking("second").iter().map(|id| id.item()).collect::<Vec<_>>(), [two.only_first.as_str()]);
        lists.push(told.found.unwrap().changes);
    }
    assert_eq!(lists[0], lists[1], "the same list in either order");
    // What was told on the way adds up to what was found.
    let told = search(&rig.engine, None).await;
    let mut known = BTreeSet::new();
    for update in &told.updates {
        if let SearchUpdate::Found { changes, .. } = update {
            known.extend(changes.iter().map(|change| change.scene.id.clone()));
        }
    }
    assert_eq!(known.len(), all, "every scene keeps the id under which it was told first");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_that_fails_is_told_in_its_own_words_and_the_others_go_on() {
    let two = Two::start().await;
    let all = scenes().options.dates as usize;
    two.second.fault(Fault::always("/search", Kind::Status(500)));
    let rig = two.rig();
    let told = search(&rig.engine, None).await;
    let found = told.found.as_ref().unwrap();
    assert_eq!((found.changes.len(), found.failed.as_slice()), (all - 1, ["second".to_owned()].as_slice()));
    assert!(found.completeness.iter().all(|lack| lack.provider == "first"), "nothing is said of who did not answer");
    let [failure] = told.failures().try_into().unwrap();
    assert!(failure.starts_with("second: ") && failure.contains("500") && failure.contains("out of order"), "{failure}");

    two.first.fault(Fault::always("/search", Kind::Page));
    let told = search(&rig.engine, None).await;
    let words = told.found.as_ref().unwrap_err();
    println!("{words}");
    assert!(words.starts_with("provider-failed") && words.contains("Catalogue first: ") && words.contains("Catalogue second: "), "{words}");
    assert_eq!(told.failures().len(), 2);
    let job = rig.ended(rig.submit(&recipe(&scenes()))).await;
    assert_eq!(job.state, JobState::Failed);
    assert!(job.error.unwrap().message.contains("Catalogue second"), "a job does not take silence for `no scenes`");

    // One of them answers again: the job goes on with what it has.
    two.first.heal();
    let files = rig.make(&recipe(&scenes())).await;
    assert!(files.record.sources.iter().all(|source| source.scene.provider() == "first"));
    assert_eq!(files.record.sources.len(), all - 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn catalogues_without_their_account_are_asked_only_by_name() {
    let two = Two::start().await;
    let mut catalogues = two.catalogues();
    catalogues[1].search_account = Some(AccountKind::Usgs);
    let rig = Rig::with(&catalogues);
    let told = search(&rig.engine, None).await;
    assert_eq!((told.scenes().len(), told.failures().len()), (scenes().options.dates as usize - 1, 0));
    assert_eq!(two.second.traffic().seen.len(), 0, "it was not asked");
    let named = ["first".to_owned(), "second".to_owned()];
    let told = search(&rig.engine, Some(&named)).await;
    let [failure] = told.failures().try_into().unwrap();
    assert!(failure.contains("`usgs`") && failure.contains("accounts set usgs"), "{failure}");
    let told = search(&rig.engine, Some(&named[1..])).await;
    assert!(told.found.unwrap_err().contains("`usgs`"));
    let told = search(&rig.engine, Some(&["nobody".to_owned()])).await;
    assert!(told.found.unwrap_err().starts_with("invalid-recipe"));
}

/// The recipe with its search step changed.
fn changed(change: impl Fn(&mut swath_domain::SearchStep)) -> Recipe {
    let mut recipe = recipe(&scenes());
    for step in &mut recipe.steps {
        if let Step::Search(search) = step {
            change(search);
        }
    }
    recipe
}

#[tokio::test(flavor = "multi_thread")]
async fn chosen_scenes_are_found_under_any_of_their_ids() {
    let two = Two::start().await;
    let rig = two.rig();
    let told = search(&rig.engine, None).await;
    let both: Vec<_> = told.scenes().iter().filter(|change| change.scene.others.len() == 1).map(|change| &change.scene).collect();
    let lone = told.scenes().iter().find(|change| change.scene.id.item() == two.only_second).unwrap().scene.id.to_string();
    // One by its first id, one by its other id, one that only the second catalogue has.
    let chosen = vec![both[0].id.to_string(), both[1].others[0].to_string(), lone.clone()];
    let recipe = changed(|search| search.scenes = Some(chosen.clone()));
    let files = rig.make(&recipe).await;
    let used: BTreeSet<String> = files.record.sources.iter().map(|source| source.scene.to_string()).collect();
    assert_eq!(used, [both[0].id.to_string(), both[1].id.to_string(), lone.clone()].into());

    two.second.fault(Fault::always("/search", Kind::Status(500)));
    let job = rig.ended(rig.submit(&recipe)).await;
    let error = job.error.unwrap();
    println!("{}", error.message);
    assert_eq!(error.code, "provider-failed");
    assert!(error.message.contains("catalogue second") && error.message.contains("500"), "{}", error.message);
    two.second.heal();
    let gone = changed(|search| search.scenes = Some(vec!["first/sentinel-2-c1-l2a/no-such-scene".into()]));
    let job = rig.ended(rig.submit(&gone)).await;
    assert_eq!(job.error.unwrap().code, "no-scenes");
}

#[tokio::test(flavor = "multi_thread")]
async fn scenes_that_are_not_clear_enough_are_left_out_by_name() {
    let two = Two::start().await;
    let rig = two.rig();
    let told = search(&rig.engine, None).await;
    let area = query().area;
    let mut shares = Vec::new();
    for change in told.scenes() {
        shares.push((change.scene.id.clone(), rig.engine.clear_share(&change.scene, &area, &Never).await.unwrap().unwrap().clear));
    }
    shares.sort_by(|a, b| a.1.total_cmp(&b.1));
    let least = (shares[2].1 + shares[3].1) / 2.0;
    println!("{shares:?}");
    let recipe = changed(|search| search.filters.min_clear = Some(least));
    let scenes = told.scenes().iter().map(|change| change.scene.clone()).collect();
    let plan = rig.engine.plan(&recipe, scenes, &Never).await.unwrap();
    let left_out: BTreeSet<_> = plan.left_out.iter().map(|(id, _)| id.clone()).collect();
    assert_eq!(left_out, shares[..3].iter().map(|(id, _)| id.clone()).collect());
    assert!(plan.left_out.iter().all(|(_, why)| why.contains("is clear over") && why.contains("asked for")), "{:?}", plan.left_out);
    let files = rig.make(&recipe).await;
    let used: BTreeSet<_> = files.record.sources.iter().map(|source| source.scene.clone()).collect();
    assert_eq!(used, shares[3..].iter().map(|(id, _)| id.clone()).collect());
    // Nothing is clear enough.
    let job = rig.ended(rig.submit(&changed(|search| search.filters.min_clear = Some(1.0)))).await;
    let error = job.error.unwrap();
    assert!(error.code == "no-scenes" && error.message.contains("is clear over"), "{}", error.message);
    // A mask that cannot be read is an error, not a scene that is left out.
    two.first.fault(Fault::always("SCL.tif", Kind::Status(404)));
    two.second.fault(Fault::always("SCL.tif", Kind::Status(404)));
    let fresh = two.rig();
    let job = fresh.ended(fresh.submit(&recipe)).await;
    assert_eq!((job.state, job.error.unwrap().code.as_str()), (JobState::Failed, "provider-failed"));
}

#[test]
fn failures_of_sources_keep_the_word_that_helps() {
    use swath_domain::{Band, SceneId};
    use swath_pipeline::SourceFailure;
    use swath_remote::RemoteError;
    let needs = || RemoteError::NeedsAccount { account: AccountKind::Cdse };
    let down = || RemoteError::Timeout { host: "h".into(), seconds: 30 };
    for (errors, code) in [(vec![needs(), down()], "provider-failed"), (vec![needs(), needs()], "needs-account")] {
        let failures = errors.into_iter().map(|error| SourceFailure { provider: "p".into(), error: error.into() }).collect();
        let error = PipelineError::AllSources { scene: SceneId("a/b/c".into()), band: Band::Red, failures };
        assert_eq!(error.code(), code);
    }
}
