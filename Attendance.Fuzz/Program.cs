using SharpFuzz;

namespace Attendance.Fuzz;

/// <summary>What a fuzzer that sees coverage runs again and again: <c>./test.sh --afl</c> instruments it and gives it to AFL++.</summary>
internal static class Program
{
    private const int Misused = 2;

    private static int Main(string[] args)
    {
        if (args is not [var name] || !Parsers.All.TryGetValue(name, out var parse))
        {
            Console.Error.WriteLine($"usage: Attendance.Fuzz {string.Join('|', Parsers.All.Keys)}");
            return Misused;
        }

        Fuzzer.Run(input =>
        {
            using var bytes = new MemoryStream();
            input.CopyTo(bytes);
            parse(bytes.ToArray());
        });
        return 0;
    }
}
