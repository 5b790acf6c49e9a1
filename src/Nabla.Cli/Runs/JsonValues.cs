using System.Text.Json;

namespace Nabla.Cli.Runs;

/// <summary>Measured values in JSON, which has no NaN and no infinity.</summary>
internal static class JsonValues
{
    extension(Utf8JsonWriter json)
    {
        /// <summary>An object of numbers; null for what is no number.</summary>
        public void WriteValues(string name, IReadOnlyDictionary<string, double> values)
        {
            json.WriteStartObject(name);
            foreach (var (key, value) in values)
            {
                if (double.IsFinite(value)) json.WriteNumber(key, value);
                else json.WriteNull(key);
            }
            json.WriteEndObject();
        }
    }
}
