import type {
  AccountKind, AccountView, AppInfo, AreaDropped, AreaFeatureView, AreaFileView, AreaFormat, AreaView, BasemapView, ChoiceView,
  ClearShareEvent, Coordinates, DemoEvent, DemoView, HoldingView, JobEvent, JobView, Layer, ModelView, MoveEvent, OrderChoice, OrderedView,
  PlaceView, PlanView, PointsChoice, PreflightView, ProductReportView, ProductView, ProviderView, QueryView, RecipeChoice, RelinkedView, RootView,
  SearchEvent, Settings, TouchUpView, TransferEvent, TransferView, VerifyEvent,
} from "./types";

/** Schemes that the Rust side serves pictures under. */
export type PictureScheme = "thumb" | "tile" | "base";

/** One method per command of the contract. Every rejection is an `IpcError`. */
export interface Backend {
  areaCheck(coordinates: Coordinates): Promise<AreaView>;
  /** Reads any text that holds an area: GeoJSON, KML, GPX, WKT, CSV, a box, the name of a tile. */
  areaFromText(text: string): Promise<AreaFileView>;
  /** Opens the system's file dialog; null when the user closed it. */
  areaImport(): Promise<AreaFileView | null>;
  /** Some features of a layer, for the table in which one chooses. */
  areaFeatures(key: number, layer: string, from: number, count: number): Promise<AreaFeatureView[]>;
  /** Makes one area of the chosen features, of all when `features` is null. */
  areaChoose(key: number, layer: string, features: number[] | null, points: PointsChoice): Promise<AreaView>;
  /** Asks where to save; false when the user closed the dialog. */
  areaExport(coordinates: Coordinates, name: string, format: AreaFormat): Promise<boolean>;
  onAreaDropped(listener: (dropped: AreaDropped) => void): void;

  /** Places, coordinates and tiles that the text may mean, the likeliest first. */
  places(text: string): Promise<PlaceView[]>;
  search(query: QueryView, listener: (event: SearchEvent) => void): Promise<void>;
  searchStop(): Promise<void>;
  clearShares(sceneIds: string[], area: Coordinates, listener: (event: ClearShareEvent) => void): Promise<void>;

  plan(choice: RecipeChoice): Promise<PlanView>;
  recipeText(choice: RecipeChoice): Promise<string>;
  recipeSave(choice: RecipeChoice): Promise<boolean>;
  /** Lets the user choose a cloud model; null when the dialog was closed. */
  modelChoose(): Promise<ModelView | null>;

  jobCreate(choice: RecipeChoice): Promise<number>;
  jobPause(id: number): Promise<void>;
  jobResume(id: number): Promise<void>;
  jobCancel(id: number): Promise<void>;
  jobRetry(id: number): Promise<void>;
  jobRemove(id: number): Promise<void>;
  jobs(): Promise<JobView[]>;
  jobsWatch(listener: (event: JobEvent) => void): Promise<void>;

  products(): Promise<ProductView[]>;
  /** Resolves to the bytes that were freed. */
  productRemove(id: number): Promise<number>;
  productReveal(id: number): Promise<void>;
  /** What a product was made with. */
  productRecipe(id: number): Promise<TouchUpView>;
  /** How the pixels of a product came to be. */
  productReport(id: number): Promise<ProductReportView>;

  /** What could be downloaded of some scenes, with sizes. A newer question overtakes an older one, which is rejected as cancelled. */
  downloadChoices(sceneIds: string[], bands: Layer[], area: Coordinates | null): Promise<ChoiceView[]>;
  downloadPreflight(order: OrderChoice): Promise<PreflightView>;
  downloadOrder(order: OrderChoice): Promise<OrderedView>;

  transfers(): Promise<TransferView[]>;
  /** Tells of all that has changed since it told last. */
  transfersWatch(listener: (events: TransferEvent[]) => void): Promise<void>;
  transfersPause(ids: number[]): Promise<void>;
  transfersResume(ids: number[]): Promise<void>;
  /** What has arrived is kept unless it is to be deleted. */
  transfersCancel(ids: number[], deleteFiles: boolean): Promise<void>;
  transfersRetry(ids: number[]): Promise<void>;
  /** Takes transfers that are over off the list, with what they had kept. */
  transfersRemove(ids: number[]): Promise<void>;
  /** Before another one, or to the end. */
  transferMove(id: number, before: number | null): Promise<void>;

  holdings(): Promise<HoldingView[]>;
  /** Resolves to the bytes; into the system's bin, or for good. */
  holdingRemove(id: number, bin: boolean): Promise<number>;
  holdingReveal(id: number): Promise<void>;
  /** Orders it as a transfer, which fetches nothing. */
  holdingUnpack(id: number): Promise<OrderedView>;
  holdingsVerify(listener: (event: VerifyEvent) => void): Promise<void>;
  holdingsVerifyStop(): Promise<void>;
  libraryRoot(): Promise<RootView>;
  /** Opens the system's folder dialog; null when the user closed it. */
  libraryMove(listener: (event: MoveEvent) => void): Promise<RootView | null>;
  libraryMoveStop(): Promise<void>;
  /** Opens the system's folder dialog; null when the user closed it. */
  libraryRelink(): Promise<RelinkedView | null>;

  settings(): Promise<Settings>;
  settingsSet(settings: Settings): Promise<Settings>;
  providers(): Promise<ProviderView[]>;
  accounts(): Promise<AccountView[]>;
  accountSet(kind: AccountKind, fields: Record<string, string>): Promise<AccountView>;
  accountTest(kind: AccountKind, oneTimeCode: string | null): Promise<AccountView>;
  accountRemove(kind: AccountKind): Promise<AccountView>;
  /** Opens the place where one gets the account in the system's browser. */
  accountPage(kind: AccountKind): Promise<void>;
  basemaps(): Promise<BasemapView[]>;
  demoOpen(listener: (event: DemoEvent) => void): Promise<DemoView>;
  appInfo(): Promise<AppInfo>;

  /** Address of a picture; `path` may hold {z}/{x}/{y} and a query. */
  pictureUrl(scheme: PictureScheme, path: string): string;
  /** Only the fake backend paints its own tiles; the map registers a protocol for them. */
  paintTile?(url: string): Promise<ArrayBuffer>;
}
