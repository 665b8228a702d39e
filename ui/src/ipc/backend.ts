import type {
  AccountKind, AccountView, AppInfo, AreaDropped, AreaFeatureView, AreaFileView, AreaFormat, AreaView, BasemapView, ClearShareEvent,
  Coordinates, DemoEvent, DemoView, JobEvent, JobView, PlaceView, PlanView, PointsChoice, ProductView, ProviderView, QueryView,
  RecipeChoice, SearchEvent, Settings,
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
