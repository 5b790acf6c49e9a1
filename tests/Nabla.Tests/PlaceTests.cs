namespace Nabla.Tests;
