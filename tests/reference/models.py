#!/usr/bin/env python3
"""Small models with the answers of the programs that they were made for, to compare those of Swath with.

    models.py DIRECTORY        (src-tauri/crates/model/tests/data)

Needs numpy, scipy, lightgbm, onnx and onnxruntime. Everything is random with fixed seeds; nothing is taken from anywhere. Written are:

- `<forest>.txt`, `<forest>.json`: a model of LightGBM as text; rows of features (null is NaN) and what `Booster.predict` says of them;
- `<network>.onnx`, `<network>.json`: a network; a window of pixels, how it is to be normalised, and what onnxruntime says of it, channel by channel;
- `disks.json`: probabilities with holes, and what averaging, comparing and dilating with scipy makes of them.
"""
import json
import sys
from pathlib import Path

import lightgbm as lgb
import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper
from scipy import ndimage


def plain(array):
    """Nested lists with null for NaN, as short as they can be written without loss."""
    if isinstance(array, np.ndarray):
        return [plain(part) for part in array]
    if isinstance(array, (np.integer, int)):
        return int(array)
    return None if np.isnan(array) else float(array)


def write(path, value):
    path.write_text(json.dumps(value, separators=(",", ":")) + "\n")


# Forests


def forest(into, name, objective, missing=None, categories=False, classes=1, **more):
    rng = np.random.default_rng(sum(map(ord, name)))
    features, rows = 5, 1500
    x = rng.normal(0, 1, (rows, features))
    x[:, 1] = np.round(x[:, 1] * 2) / 2  # many equal values, zeros among them
    if categories:
        x[:, 4] = rng.integers(0, 70, rows)
    holes = rng.random(x.shape) < 0.15
    if missing == "nan":
        x[holes] = np.nan
    if missing == "zero":
        x[holes] = 0
    score = np.nansum(x[:, :3] * [1.0, -2.0, 0.5], axis=1) + (np.nan_to_num(x[:, 4]) % 3 if categories else np.nan_to_num(x[:, 3]) ** 2)
    edges = np.quantile(score, np.linspace(0, 1, max(classes, 2) + 1)[1:-1])
    y = np.digitize(score + rng.normal(0, 0.5, rows), edges)
    parameters = dict(objective=objective, num_leaves=9, min_data_in_leaf=15, learning_rate=0.2, verbose=-1, seed=1, deterministic=True,
                      num_threads=1, force_row_wise=True, use_missing=missing != "none", zero_as_missing=missing == "zero", max_cat_to_onehot=2,
                      **({"num_class": classes} if classes > 1 else {}), **more)
    data = lgb.Dataset(x, y, categorical_feature=[4] if categories else "auto", params={"verbose": -1})
    model = lgb.train(parameters, data, num_boost_round=12)
    text = model.model_to_string()
    # Importances and parameters are of no use here.
    (into / f"{name}.txt").write_text(text.split("end of trees")[0] + "end of trees\n")
    asked = np.concatenate([x[:80], rng.normal(0, 2, (60, features)), np.zeros((1, features)), np.full((1, features), np.nan)])
    asked[80:140][rng.random((60, features)) < 0.2] = np.nan
    asked[100:120][rng.random((20, features)) < 0.2] = 0
    asked[120:130, 0] = [1e-36, -1e-36, 1e-35, 1e-30, -1e-30, 1e300, -1e300, 1e-34, -0.0, 5e-324]
    if categories:
        asked[80:140, 4] = rng.integers(-3, 90, 60) + rng.choice([0, 0.5], 60)
        asked[90:96, 4] = [np.nan, -0.5, -1, 1e9, 69.9, 95]
    probabilities = model.predict(asked).reshape(len(asked), -1)
    again = lgb.Booster(model_str=(into / f"{name}.txt").read_text()).predict(asked).reshape(len(asked), -1)
    assert np.array_equal(probabilities, again)
    write(into / f"{name}.json", {"rows": plain(asked), "probabilities": plain(probabilities)})


def forests(into):
    forest(into, "binary", "binary", missing="none")
    forest(into, "nan", "binary", missing="nan")
    forest(into, "zero", "binary", missing="zero", sigmoid=0.7)
    forest(into, "categories", "binary", missing="nan", categories=True)
    forest(into, "multiclass", "multiclass", missing="nan", categories=True, classes=3)
    forest(into, "one_against_all", "multiclassova", classes=3)
    forest(into, "cross_entropy", "cross_entropy")
    forest(into, "random_forest", "binary", missing="nan", boosting="rf", bagging_freq=1, bagging_fraction=0.6, feature_fraction=0.8)
    forest(into, "no_split", "binary", min_gain_to_split=1e9)
    forest(into, "linear", "binary", missing="nan", linear_tree=True)
    (into / "linear.json").unlink()
    forest(into, "regression", "regression")
    (into / "regression.json").unlink()


# Networks


class Net:
    """Nodes and weights of a network that is being made."""

    def __init__(self, seed):
        self.rng, self.nodes, self.weights = np.random.default_rng(seed), [], []

    def weight(self, name, array):
        self.weights.append(numpy_helper.from_array(array, name))
        return name

    def node(self, kind, inputs, output, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def conv(self, x, output, channels_in, channels_out, side=3, activation="Relu", groups=1):
        fan = channels_in // groups * side * side
        w = self.rng.normal(0, (2 / fan) ** 0.5, (channels_out, channels_in // groups, side, side)).astype(np.float32)
        b = self.rng.normal(0, 0.1, channels_out).astype(np.float32)
        inputs = [x, self.weight(output + "_w", w), self.weight(output + "_b", b)]
        x = self.node("Conv", inputs, output + "_c" if activation else output, kernel_shape=[side, side], pads=[side // 2] * 4, group=groups)
        return self.node(activation, [x], output) if activation else x

    def save(self, path, size, shape_in, shape_out, opset=17, out_type=TensorProto.FLOAT, outputs=("y",), in_type=TensorProto.FLOAT, external=False):
        ends = [helper.make_tensor_value_info(name, out_type, shape_out) for name in outputs]
        graph = helper.make_graph(self.nodes, "net", [helper.make_tensor_value_info("x", in_type, shape_in)], ends, self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], producer_name="swath tests")
        model.ir_version = 8
        onnx.checker.check_model(model)
        if external:
            onnx.save(model, path, save_as_external_data=True, location=path.name + ".data", size_threshold=0)
        else:
            onnx.save(model, path)


def unet(net, bands, classes, width=8, opset=17, resize="linear"):
    """Two levels down and up with skips: convolution, batch normalisation, pooling, transposed convolution, resizing."""
    a = net.conv("x", "a", bands, width)
    down = net.node("MaxPool", [a], "a_down", kernel_shape=[2, 2], strides=[2, 2])
    b = net.conv(down, "b0", width, 2 * width)
    ones = [net.weight(f"bn{i}", net.rng.uniform(0.5, 1.5, 2 * width).astype(np.float32)) for i in range(4)]
    b = net.node("BatchNormalization", [b] + ones, "b")
    down = net.node("MaxPool", [b], "b_down", kernel_shape=[2, 2], strides=[2, 2])
    c = net.conv(down, "c0", 2 * width, 4 * width)
    c = net.conv(c, "c", 4 * width, 4 * width, groups=4 * width)
    w = net.rng.normal(0, 0.1, (4 * width, 2 * width, 2, 2)).astype(np.float32)
    up = net.node("ConvTranspose", [c, net.weight("up_w", w)], "up", kernel_shape=[2, 2], strides=[2, 2])
    d = net.conv(net.node("Concat", [up, b], "d_cat", axis=1), "d", 4 * width, 2 * width)
    scales = net.weight("scales", np.array([1, 1, 2, 2], np.float32))
    modes = dict(mode="linear", coordinate_transformation_mode="half_pixel") if resize == "linear" else dict(
        mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    up = net.node("Resize", [d, "", scales], "d_up", **modes)
    e = net.conv(net.node("Concat", [up, a], "e_cat", axis=1), "e", 3 * width, width)
    return net.conv(e, "y", width, classes, side=1, activation=None)


def ask(into, name, card, size, layout="nchw", bands=3):
    """What onnxruntime says of one patch of pixels, normalised as the card says."""
    rng = np.random.default_rng(7)
    ys, xs = np.mgrid[0:size, 0:size] / size
    bases = [1500 + 900 * np.sin(5 * xs + band) * np.cos(4 * ys - band) for band in range(bands)]
    pixels = np.clip(np.stack(bases) + rng.normal(0, 200, (bands, size, size)), 1, 12000).round().astype(np.uint16)
    cloud = (xs - 0.6) ** 2 + (ys - 0.4) ** 2 < 0.05
    pixels[:, cloud] = np.clip(pixels[:, cloud].astype(int) + 5000, 1, 12000)
    hole = (xs < 0.2) & (ys > 0.8)
    pixels[0, hole] = 0
    measured = (pixels != 0).all(axis=0)
    x = pixels / 10000 * card.get("scale", 1.0) + card.get("offset", 0.0)
    by = card.get("normalisation", "none")
    if by == "global":
        x = (x - np.array(card["mean"])[:, None, None]) / np.array(card["std"])[:, None, None]
    if by == "patch":
        x = np.stack([(band - band[measured].mean()) / band[measured].std() for band in x])
    x[:, ~measured] = card.get("nodata", 0.0)
    x = x.astype(np.float32)[None]
    if layout == "nhwc":
        x = x.transpose(0, 2, 3, 1)
    session = ort.InferenceSession(str(into / f"{name}.onnx"), providers=["CPUExecutionProvider"])
    y = session.run(["y"], {"x": x})[0]
    if layout == "nhwc":
        y = y.transpose(0, 3, 1, 2)
    channels = y.reshape(-1, size * size)
    assert np.isfinite(channels).all()
    write(into / f"{name}.json", {"size": size, "bands": plain(pixels.reshape(bands, -1)), "channels": [[round(float(v), 6) for v in c] for c in channels]})


def networks(into):
    # One convolution of 1 x 1: what comes out can be followed by hand.
    net = Net(1)
    net.conv("x", "y", 3, 4, side=1, activation=None)
    net.save(into / "pointwise.onnx", 16, [1, 3, "height", "width"], [1, 4, "height", "width"])
    ask(into, "pointwise", {"normalisation": "global", "mean": [0.1, 0.2, 0.3], "std": [0.05, 0.1, 0.2], "nodata": -1.5}, 16)

    net = Net(2)
    unet(net, 3, 4)
    net.save(into / "unet.onnx", 32, ["batch", 3, "height", "width"], ["batch", 4, "height", "width"])
    ask(into, "unet", {"normalisation": "patch"}, 32)

    net = Net(3)
    unet(net, 3, 1, resize="nearest")
    net.nodes[-1].output[0] = net.nodes[-1].name = "logit"
    net.node("Sigmoid", ["logit"], "y")
    net.save(into / "probability.onnx", 32, [1, 3, 32, 32], [1, 1, 32, 32], opset=13)
    ask(into, "probability", {"scale": 4.0, "offset": -0.5}, 32)

    # Channels last, as TensorFlow's converters write: transposed inside.
    net = Net(4)
    net.node("Transpose", ["x"], "t", perm=[0, 3, 1, 2])
    net.conv("t", "u", 3, 4)
    net.node("Softmax", [net.conv("u", "v", 4, 3, side=1, activation=None)], "s", axis=1)
    net.node("Transpose", ["s"], "y", perm=[0, 2, 3, 1])
    net.save(into / "channels_last.onnx", 16, [1, 16, 16, 3], [1, 16, 16, 3])
    ask(into, "channels_last", {"scale": 10000.0, "offset": 1000.0, "normalisation": "global", "mean": [2500, 2500, 2500], "std": [900, 900, 900]}, 16, layout="nhwc")

    net = Net(5)
    net.conv("x", "v", 3, 3, activation=None)
    net.node("ArgMax", ["v"], "y", axis=1, keepdims=0)
    net.save(into / "labels.onnx", 16, [1, 3, "height", "width"], [1, "height", "width"], out_type=TensorProto.INT64)
    ask(into, "labels", {"normalisation": "patch"}, 16)

    bad_networks(into)


def bad_networks(into):
    """Networks that must be refused, each for one reason."""
    point = ([1, 3, "height", "width"], [1, 3, "height", "width"])

    def one(name, kind, inputs=("x",), shapes=point, weights=(), **attributes):
        net = Net(9)
        for weight, array in weights:
            net.weight(weight, array)
        net.node(kind, list(inputs), "y", **attributes)
        net.save(into / f"bad_{name}.onnx", 16, *shapes)

    one("nan", "Log", shapes=point)  # of a number below zero, once normalised
    one("random", "RandomUniformLike")
    one("shape", "MaxPool", kernel_shape=[2, 2], strides=[2, 2], shapes=([1, 3, "h", "w"], [1, 3, "h2", "w2"]))
    one("axes", "Flatten", shapes=([1, 3, "h", "w"], [1, "n"]))
    one("batch", "Relu", shapes=([4, 3, 16, 16], [4, 3, 16, 16]))
    one("huge", "Expand", inputs=("x", "size"), weights=[("size", np.array([1, 3, 100000, 100000], np.int64))], shapes=([1, 3, 1, 1], [1, 3, 100000, 100000]))
    one("wrong_mix", "Conv", inputs=("x", "w"), weights=[("w", np.ones((3, 5, 1, 1), np.float32))], shapes=([1, "c", "h", "w"], [1, 3, "h", "w"]))

    net = Net(9)
    net.node("Relu", ["x"], "y")
    net.node("Sigmoid", ["x"], "z")
    net.save(into / "bad_two_outputs.onnx", 16, *point, outputs=("y", "z"))

    net = Net(9)
    net.node("Cast", ["x"], "y", to=TensorProto.FLOAT)
    net.save(into / "bad_double.onnx", 16, *point, in_type=TensorProto.DOUBLE)

    # Small in small patches only.
    net = Net(9)
    net.node("Concat", ["x"] * 64, "many", axis=1)
    net.node("ReduceMax", ["many"], "y", axes=[1], keepdims=1)
    net.save(into / "bad_memory.onnx", 16, point[0], [1, 1, "height", "width"])

    # Weights beside the file, which is all that is kept of it.
    net = Net(9)
    net.conv("x", "y", 3, 3, side=1, activation=None)
    net.save(into / "bad_external.onnx", 16, *point, external=True)
    (into / "bad_external.onnx.data").unlink()

    # A loop of as many turns as the number says.
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["go_on"]), helper.make_node("Relu", ["v"], ["w"])], "body",
        [helper.make_tensor_value_info("i", TensorProto.INT64, []), helper.make_tensor_value_info("go", TensorProto.BOOL, []),
         helper.make_tensor_value_info("v", TensorProto.FLOAT, None)],
        [helper.make_tensor_value_info("go_on", TensorProto.BOOL, []), helper.make_tensor_value_info("w", TensorProto.FLOAT, None)])
    net = Net(9)
    net.weight("turns", np.array(10**15, np.int64))
    net.weight("yes", np.array(True))
    net.node("Loop", ["turns", "yes", "x"], "y", body=body)
    net.save(into / "bad_loop.onnx", 16, *point)

    # An operator of one runtime.
    graph = helper.make_graph([helper.make_node("FusedGelu", ["x"], ["y"], domain="com.example")], "net",
                              [helper.make_tensor_value_info("x", TensorProto.FLOAT, point[0])], [helper.make_tensor_value_info("y", TensorProto.FLOAT, point[1])])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("com.example", 1)]), into / "bad_domain.onnx")


# Averaging and dilating


def disk(radius):
    ys, xs = np.mgrid[-radius:radius + 1, -radius:radius + 1]
    return (xs**2 + ys**2 <= radius**2).astype(float)


def disks(into):
    rng = np.random.default_rng(11)
    cases = []
    for height, width, average, dilate, threshold in [(40, 37, 4, 2, 0.49013), (40, 37, 1, 1, 0.45017), (25, 30, 0, 3, 0.70003), (25, 30, 3, 0, 0.50011), (12, 9, 0, 0, 0.50003), (7, 5, 9, 9, 0.48019), (1, 30, 2, 2, 0.50007)]:
        probability = np.clip(ndimage.gaussian_filter(rng.random((height, width)), 0.8), 0, 1).round(4)
        measured = ndimage.gaussian_filter(rng.random((height, width)), 1.0) > 0.42
        kernel = disk(average)
        # Means over what was measured. Away from holes and edges this is s2cloudless's convolution with disk(r) / sum(disk(r)).
        total = ndimage.convolve(np.where(measured, probability, 0.0), kernel, mode="constant", cval=0.0)
        count = ndimage.convolve(measured.astype(float), kernel, mode="constant", cval=0.0)
        mean = total / np.maximum(count, 1)
        whole = ndimage.convolve(measured.astype(float), kernel, mode="constant", cval=0.0) == kernel.sum()
        assert np.allclose(mean[whole], ndimage.convolve(np.where(measured, probability, 0.0), kernel / kernel.sum())[whole])
        assert average == 0 or np.abs(mean - threshold)[measured].min() > 1e-6, "no case may hang on rounding"
        high = (mean > threshold) & measured
        dilated = ndimage.binary_dilation(high, disk(dilate) > 0)
        classes = np.where(~measured, 0, np.where(dilated, 5, 1))
        cases.append({"width": width, "average": average, "dilate": dilate, "threshold": threshold, "probability": plain(probability.ravel()),
                      "measured": [bool(v) for v in measured.ravel()], "classes": plain(classes.ravel())})
    write(into / "disks.json", cases)


if __name__ == "__main__":
    into = Path(sys.argv[1])
    into.mkdir(parents=True, exist_ok=True)
    forests(into)
    networks(into)
    disks(into)
    print(*sorted(f"{p.stat().st_size:8} {p.name}" for p in into.iterdir()), sep="\n")
