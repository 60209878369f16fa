using System.Globalization;

/// <summary>
/// The configuration file of a <c>redis-server</c>. Only its owner can read it. A command line would be visible to every user.
/// </summary>
internal sealed class RedisConfiguration(string folder)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string File { get; } = Path.Combine(folder, "redis.conf");

    /// <exception cref="DistributedApplicationException">The folder cannot be written to; the message names it.</exception>
    public async Task WriteAsync(string? password, CancellationToken cancellationToken)
    {
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else
            {
                Directory.CreateDirectory(folder, OwnerOnly | UnixFileMode.UserExecute);
                options.UnixCreateMode = OwnerOnly;
            }

            await using var writer = new StreamWriter(File, options);
            await writer.WriteAsync(string.Create(CultureInfo.InvariantCulture, $"""
                bind 127.0.0.1
                requirepass {Quoted(password ?? "")}
                dir {Quoted(folder)}
                appendonly yes
                save ""

                """).AsMemory(), cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new DistributedApplicationException($"The data folder {folder} cannot be used: {error.Message}", error);
        }
    }

    private static string Quoted(string value) =>
        $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
