using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Attendance.CameraApi.Api;

/// <summary>
/// Completes the OpenAPI document for client generators and linters: the API key, the lease where it is the bearer token, and what the responses mean.
/// </summary>
internal static class ApiDocument
{
    private const string Scheme = "ApiKey", LeaseScheme = "Lease";

    public static void AddApiDocument(this IHostApplicationBuilder builder) => builder.Services.AddOpenApi(options =>
    {
        options.AddDocumentTransformer(DescribeAsync);
        options.AddOperationTransformer(CompleteAsync);
    });

    private static Task DescribeAsync(OpenApiDocument document, OpenApiDocumentTransformerContext context, CancellationToken cancellationToken)
    {
        document.Info.Title = "Attendance camera API";
        document.Info.Description = "Cameras are leased to sessions: whoever has a lease has the camera, until it is released, expires, or is taken back.";
        document.Components ??= new OpenApiComponents();
        document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>();
        document.Components.SecuritySchemes[Scheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = WireHeaders.ApiKey,
            Description = "Security:ApiKey of the camera API. In Development it may be without one; then it serves its own machine only.",
        };
        document.Components.SecuritySchemes[LeaseScheme] = new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.Http,
            Scheme = "bearer",
            BearerFormat = "lease_id",
            Description = "The id of the lease of the camera that is published or watched, beside the API key.",
        };
        document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, document)] = [] }];
        return Task.CompletedTask;
    }

    private static Task CompleteAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var required = new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Scheme, context.Document)] = [] };
        if (context.Description.ActionDescriptor.EndpointMetadata.OfType<LeaseAsBearer>().Any())
        {
            required[new OpenApiSecuritySchemeReference(LeaseScheme, context.Document)] = [];
        }

        operation.Security = [required];
        operation.Responses ??= [];
        foreach (var (status, response) in operation.Responses)
        {
            response.Description = MeaningOf(status) ?? response.Description;
        }

        operation.Responses["401"] = new OpenApiResponse { Description = $"`{ProblemCodes.ApiKeyRequired}`: the header {WireHeaders.ApiKey} lacks, or is wrong. With a lease also `{ProblemCodes.LeaseRequired}`." };
        return Task.CompletedTask;
    }

    private static string? MeaningOf(string status) => status switch
    {
        "200" => "It is done, or this is what was asked for.",
        "201" => "It is there now.",
        "202" => "It has begun.",
        "204" => "It is done, and there is nothing to say.",
        "400" => $"`{ProblemCodes.InvalidRequest}`: a field or a parameter is not valid; `errors` names each.",
        "404" => "There is no such thing: `code` says what.",
        "409" => "It cannot be done as things are: `code` says why.",
        "410" => $"`{ProblemCodes.LeaseEnded}`: the lease has ended; `reason` says why.",
        "413" => $"`{ProblemCodes.BodyTooLarge}`: the body is too large.",
        "415" => $"`{ProblemCodes.UnsupportedMediaType}`: the body is of another type.",
        "423" => $"`{ProblemCodes.CameraQuarantined}`: the camera could not be proven free.",
        "503" => "Something that is needed does not answer: `code` says what, `Retry-After` when to try again.",
        _ => null,
    };
}

/// <summary>Marks operations that take the id of a lease as bearer token, as WHIP and WHEP have it.</summary>
internal sealed record LeaseAsBearer;
