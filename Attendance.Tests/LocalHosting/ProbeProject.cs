namespace Attendance.Tests.LocalHosting;

/// <summary>A project whose program is a shell script: it prints its environment and its folder, and ends when its parent does.</summary>
internal sealed class ProbeProject : IProjectMetadata
{
    private static readonly Lazy<string> s_folder = new(Write);

    public string ProjectPath => Path.Combine(s_folder.Value, "Probe.csproj");

    public string TargetPath => Path.Combine(s_folder.Value, "Probe.dll");

    public static string Folder => s_folder.Value;

    private static string Write()
    {
        var folder = Directory.CreateTempSubdirectory("attendance-probe-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        var program = Path.Combine(folder, "Probe");

        // Not `env`: the shell itself drops variables whose names it could not use, such as services__camera-api__http__0.
        File.WriteAllText(program, "#!/bin/sh\ntr '\\0' '\\n' </proc/$$/environ\necho \"folder=$(pwd)\"\necho ready\ncat >/dev/null\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        Directory.CreateDirectory(Path.Combine(folder, "Properties"));
        File.WriteAllText(Path.Combine(folder, "Properties", "launchSettings.json"), """
            {
              "profiles": {
                "iis": { "commandName": "IISExpress" },
                "http": {
                  "commandName": "Project",
                  "applicationUrl": "http://localhost:5999",
                  "environmentVariables": { "ASPNETCORE_ENVIRONMENT": "Development", "FROM_PROFILE": "yes" }
                }
              }
            }
            """);
        return folder;
    }
}
