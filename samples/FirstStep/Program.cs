// The smallest training program, to time from process start (bench suite `start`): one step of 784-512-512-10, batch 128.
using Nabla;
using Nabla.Layers;
using Nabla.Losses;
using Nabla.Optimizers;

var model = new Sequential(
    new Linear(784, 512), Activation.Relu(), new Linear(512, 512), Activation.Relu(), new Linear(512, 10));
var optimizer = new Adam(model);
var random = new RandomStream(1);
Tensor x = Tensor.Uniform((128, 784), random.Split("x"), 0, 1);
Tensor y = Tensor.Randint(128, random.Split("y"), 0, 10);
new CrossEntropy().Forward(model.Forward(x, Pass.Training(random)), y).Backward();
optimizer.Step();
