/// <summary>Checks for programs that must be installed.</summary>
internal static class Programs
{
    /// <exception cref="DistributedApplicationException">The program is neither a file nor on the PATH.</exception>
    public static void Require(string program, string remedy)
    {
        string[] endings = OperatingSystem.IsWindows() ? ["", ".exe"] : [""];
        var folders = Path.IsPathRooted(program) ? [""] : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        if (!folders.Any(folder => endings.Any(ending => File.Exists(Path.Combine(folder, program + ending)))))
        {
            throw new DistributedApplicationException($"The program '{program}' was not found: {remedy}.");
        }
    }
}
