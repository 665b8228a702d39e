/** The words of the page and those that the Rust side writes into `bindings.ts` are the same: the type check fails where they differ. */
import type * as rust from "./bindings";
import type * as page from "./types";

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

export type Agreement = [
  Agree<Same<rust.SceneView, page.SceneView>>,
  Agree<Same<rust.QueryView, page.QueryView>>,
  Agree<Same<rust.PlanView, page.PlanView>>,
  Agree<Same<rust.JobView, page.JobView>>,
  Agree<Same<rust.MaskChoice, page.MaskChoice>>,
  Agree<Same<rust.ImageChoice, page.ImageChoice>>,
  Agree<Same<rust.ModelView, page.ModelView>>,
  Agree<Same<rust.TouchUpView, page.TouchUpView>>,
  Agree<Same<rust.ProductView, page.ProductView>>,
  Agree<Same<rust.ProductReportView, page.ProductReportView>>,
  Agree<Same<rust.ProviderView, page.ProviderView>>,
  Agree<Same<rust.AccountView, page.AccountView>>,
  Agree<Same<rust.IpcError, page.IpcError>>,
  Agree<Same<rust.Settings, page.Settings>>,
  Agree<Same<rust.WantedView, page.WantedView>>,
  Agree<Same<rust.ChoiceView, page.ChoiceView>>,
  Agree<Same<rust.OrderChoice, page.OrderChoice>>,
  Agree<Same<rust.PreflightView, page.PreflightView>>,
  Agree<Same<rust.OrderedView, page.OrderedView>>,
  Agree<Same<rust.TransferView, page.TransferView>>,
  Agree<Same<rust.TransferEvent, page.TransferEvent>>,
  Agree<Same<rust.HoldingView, page.HoldingView>>,
  Agree<Same<rust.VerifyEvent, page.VerifyEvent>>,
  Agree<Same<rust.RootView, page.RootView>>,
  Agree<Same<rust.MoveEvent, page.MoveEvent>>,
  Agree<Same<rust.RelinkedView, page.RelinkedView>>,
];

/** Only what is true fits. */
type Agree<T extends true> = T;
