import type {
  AppInfo, AreaDropped, AreaView, BasemapView, ClearShareEvent, Coordinates, DemoEvent, DemoView, JobEvent,
  JobView, PlanView, ProductView, ProviderView, QueryView, RecipeChoice, SearchEvent, Settings,
} from "./types";

/** Schemes that the Rust side serves pictures under. */
export type PictureScheme = "thumb" | "tile" | "base";

/** One method per command of the contract. Every rejection is an `IpcError`. */
export interface Backend {
  areaCheck(coordinates: Coordinates): Promise<AreaView>;
  areaFromText(text: string): Promise<AreaView>;
  /** Opens the system's file dialog; null when the user closed it. */
  areaImport(): Promise<AreaView | null>;
  onAreaDropped(listener: (dropped: AreaDropped) => void): void;

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
  basemaps(): Promise<BasemapView[]>;
  demoOpen(listener: (event: DemoEvent) => void): Promise<DemoView>;
  appInfo(): Promise<AppInfo>;

  /** Address of a picture; `path` may hold {z}/{x}/{y} and a query. */
  pictureUrl(scheme: PictureScheme, path: string): string;
  /** Only the fake backend paints its own tiles; the map registers a protocol for them. */
  paintTile?(url: string): Promise<ArrayBuffer>;
}
