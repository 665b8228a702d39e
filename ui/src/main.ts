import { mount } from "svelte";
import App from "./App.svelte";
import { connect } from "./ipc/client";
import "./shared/tokens.css";
import "./shared/base.css";
import { Workspace } from "./workspace.svelte";

const swath = new Workspace(await connect());
mount(App, { target: document.getElementById("app")!, props: { swath } });
void swath.start();
